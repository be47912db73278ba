"""Sentences of the room `reports`: the methods section for a reader's own paper. What is set is said, and nothing else."""

METHOD_TEXT: dict[str, tuple[str, str]] = {
    # Data and split
    "reports.methods_data": (
        "We used the data set {name} with {classes} classes; images have {size} pixels and {channels}{decoded}.",
        "Penelitian ini menggunakan himpunan data {name} dengan {classes} kelas; gambar berukuran {size} piksel dengan {channels}{decoded}.",
    ),
    "reports.methods_squash": (
        "(both sides resized, {interpolation}, antialiased)",
        "(kedua sisi diubah ukurannya, {interpolation}, antialias)",
    ),
    "reports.methods_crop": (
        "(short side resized, {interpolation}, antialiased; centre square kept)",
        "(sisi pendek diubah ukurannya, {interpolation}, antialias; bagian tengah berbentuk persegi dipertahankan)",
    ),
    "reports.methods_domains": (
        "Two domains were used: training and validation images are of {source}, test images of {target}, whose other images "
        "served as training images of the target; its parts were drawn without a look at labels.",
        "Digunakan dua domain: gambar pelatihan dan validasi berasal dari {source}, gambar uji dari {target}, yang gambar lainnya "
        "menjadi gambar pelatihan sasaran; bagian-bagiannya ditarik tanpa melihat label.",
    ),
    "reports.methods_target_none": (
        "No label of them was seen.",
        "Tidak ada labelnya yang dilihat.",
    ),
    "reports.methods_target_count": (
        "The labels of {n} of them per class were seen, drawn for every replicate.",
        "Label dari {n} gambar per kelas dilihat, ditarik untuk setiap replikasi.",
    ),
    "reports.methods_target_share": (
        "The labels of {share} of them were seen, drawn for every replicate.",
        "Label dari {share} di antaranya dilihat, ditarik untuk setiap replikasi.",
    ),
    "reports.methods_target_all": ("All their labels were seen.", "Semua labelnya dilihat."),
    "reports.methods_counts": (
        "{train} images served for training, {validation} for validation and {test} for testing.",
        "Sebanyak {train} gambar digunakan untuk pelatihan, {validation} untuk validasi, dan {test} untuk pengujian.",
    ),
    "reports.methods_counts_paper": (
        "{train} images served for training and {test} for testing.",
        "Sebanyak {train} gambar digunakan untuk pelatihan dan {test} untuk pengujian.",
    ),
    "reports.methods_levels": (
        "Of the training images, {levels} were used: numbers of all classes together, not per class; a smaller part lies inside every larger one and is "
        "the same for all arms.",
        "Dari gambar latih itu dipakai {levels}: jumlah untuk seluruh kelas bersama-sama, bukan per kelas; bagian yang lebih kecil termuat dalam setiap "
        "bagian yang lebih besar dan sama bagi semua varian.",
    ),
    "reports.methods_validation_drawn": (
        "The validation split ({share} of the images outside the test split) was drawn anew{strata} for every replicate.",
        "Data validasi ({share} dari gambar di luar data uji) diambil ulang{strata} untuk tiap ulangan.",
    ),
    "reports.methods_validation_ready": (
        "The validation split is a part of its own of the data, the same for every replicate.",
        "Data validasi merupakan bagian tersendiri dari data dan sama untuk tiap ulangan.",
    ),
    "reports.methods_stratified_class": (
        ", stratified by class,",
        ", terstratifikasi menurut kelas,",
    ),
    "reports.methods_stratified_breed": (
        ", stratified by breed,",
        ", terstratifikasi menurut ras,",
    ),
    "reports.methods_test_official": (
        "The test split is a part of its own of the data;",
        "Data uji merupakan bagian tersendiri dari data;",
    ),
    "reports.methods_test_drawn": (
        "The test split ({share} of the images) was drawn once{strata} for the whole study;",
        "Data uji ({share} dari gambar) diambil sekali{strata} untuk seluruh studi;",
    ),
    "reports.methods_sealed": (
        "it was scored once, at the end of each run, and used for no choice.",
        "data itu hanya dinilai sekali pada akhir tiap run dan tidak dipakai untuk memilih apa pun.",
    ),
    "reports.methods_repeated": (
        ", {repeats} times with other folds",
        ", sebanyak {repeats} kali dengan lipatan yang berbeda",
    ),
    "reports.methods_outside_folds": (
        "The official test images ({n}) were in no fold and were not used.",
        "Gambar uji resmi ({n}) tidak masuk lipatan mana pun dan tidak dipakai.",
    ),
    "reports.methods_folds": (
        "The images were divided{strata} into {folds} folds{repeated}. Each replicate was tested once, at its end, on one fold, which was used "
        "for no choice, and trained on the others, of which {share} were held out for validation.",
        "Gambar dibagi{strata} menjadi {folds} lipatan{repeated}. Tiap ulangan diuji sekali pada akhirnya dengan satu lipatan, yang "
        "tidak dipakai untuk memilih apa pun, dan dilatih dengan lipatan lainnya, yang {share} di antaranya disisihkan untuk validasi.",
    ),
    "reports.methods_split_paper": (
        "Following the protocol of the repeated publication, the test split also served as validation split, so the scores are optimistic.",
        "Mengikuti protokol publikasi yang diulang, data uji juga berperan sebagai data validasi sehingga skornya cenderung terlalu optimistis.",
    ),
    "reports.methods_masks": (
        "Each pixel was classified. IoU and Dice were computed from pixel counts added over all images of a split; means over classes leave out "
        "classes that occur in neither truth nor prediction.",
        "Setiap piksel diklasifikasikan. IoU dan Dice dihitung dari jumlah piksel yang dijumlahkan atas semua gambar di suatu bagian data; rata-rata "
        "antarkelas tidak mengikutkan kelas yang tidak ada pada kebenaran maupun prediksi.",
    ),
    # An arm and what it starts from
    "reports.methods_common": (
        "These settings are common to all arms that were trained in epochs.",
        "Pengaturan berikut sama bagi semua varian yang dilatih dalam epoch.",
    ),
    "reports.methods_arm": (
        "“{arm}” is the network {model} ({parameters} parameters).",
        "“{arm}” adalah jaringan {model} ({parameters} parameter).",
    ),
    "reports.methods_arm_part": (
        "“{arm}” is the network {model} ({parameters} parameters, {trainable} of them trained).",
        "“{arm}” adalah jaringan {model} ({parameters} parameter, {trainable} di antaranya dilatih).",
    ),
    "reports.own_layers": ("an own layer list", "susunan lapisan sendiri"),
    "reports.methods_plain_unet": (
        "{model} of width {width} and depth {depth} (padding: {padding})",
        "{model} dengan lebar {width} dan kedalaman {depth} (padding: {padding})",
    ),
    "reports.methods_encoder": (
        "{model} with the encoder {encoder}",
        "{model} dengan encoder {encoder}",
    ),
    "reports.methods_dropout": ("Its dropout rates are {rates}.", "Laju dropout-nya {rates}."),
    "reports.methods_start_random": (
        "It started from random weights (initialisation as in {init}).",
        "Jaringan ini berawal dari bobot acak (inisialisasi seperti pada {init}).",
    ),
    "reports.methods_start_untrained": (
        "{part} started from random weights.",
        "{part} berawal dari bobot acak.",
    ),
    "reports.methods_start_imagenet": (
        "{part} started from ImageNet weights ({origin}), its {head} from random ones.",
        "{part} berawal dari bobot ImageNet ({origin}), sedangkan {head} dari bobot acak.",
    ),
    "reports.methods_start_file": (
        "{part} started from the weights in the file {file}{origin}, its {head} from random ones.",
        "{part} berawal dari bobot dalam berkas {file}{origin}, sedangkan {head} dari bobot acak.",
    ),
    "reports.methods_it": ("It", "Jaringan ini"),
    "reports.methods_its_encoder": ("Its encoder", "Encoder-nya"),
    "reports.methods_head": ("head", "kepalanya"),
    "reports.methods_decoder": ("decoder", "dekodernya"),
    "reports.methods_from_arm": (
        "Each replicate started from what the same replicate of “{source}” had learnt: {carried} of {all} tensors fitted and were carried over{rest}.",
        "Tiap ulangan berawal dari yang dipelajari ulangan yang sama dari “{source}”: {carried} dari {all} tensor cocok dan dibawa{rest}.",
    ),
    "reports.methods_from_run": (
        "It started from the weights of the run {source}: {carried} of {all} tensors fitted and were carried over{rest}.",
        "Jaringan ini berawal dari bobot run {source}: {carried} dari {all} tensor cocok dan dibawa{rest}.",
    ),
    "reports.methods_rest_random": (", the others started at random", ", yang lain berawal acak"),
    # What learns, and how it is held
    "reports.methods_strategy": (
        "It learnt by the strategy {strategy}.",
        "Pelatihannya memakai strategi {strategy}.",
    ),
    "reports.methods_fitted": (
        "“{arm}” is the network {model} with the strategy {strategy}, fitted in one step without epochs.",
        "“{arm}” ialah jaringan {model} dengan strategi {strategy}, yang dicocokkan sekaligus tanpa epoch.",
    ),
    "reports.methods_all_learn": ("All weights were trained.", "Semua bobot dilatih."),
    "reports.methods_source_only": (
        "All weights were trained, on the labels of the source alone.",
        "Semua bobot dilatih, hanya dari label sumber.",
    ),
    "reports.methods_dann": (
        "All weights were trained on the labels, while a discriminator with two hidden layers of {hidden} units told the domains apart "
        "through a reversed gradient (domain-adversarial training, Ganin et al. 2016; weight {weight}, slope {slope}).",
        "Semua bobot dilatih dari label, sementara diskriminator dengan dua lapis tersembunyi berisi {hidden} unit membedakan domain "
        "melalui gradien terbalik (pelatihan adversarial domain, Ganin dkk. 2016; bobot {weight}, kemiringan {slope}).",
    ),
    "reports.methods_frozen_all": (
        "All stages stayed frozen; only the {head} learnt.",
        "Semua tahap dibekukan; hanya {head} yang dilatih.",
    ),
    "reports.methods_frozen": (
        "The first {n} stages, up to “{last}”, stayed frozen.",
        "Sebanyak {n} tahap pertama, sampai “{last}”, dibekukan.",
    ),
    "reports.methods_thaw_all": (
        "All stages began frozen, and after every {every} {stages} more of those with weights thawed, those near the {head} first.",
        "Semua tahap mula-mula dibekukan, lalu setiap {every} dicairkan {stages} tahap lagi yang memiliki bobot, mulai dari yang dekat dengan {head}.",
    ),
    "reports.methods_thaw": (
        "The first {n} stages, up to “{last}”, began frozen, and after every {every} {stages} more of those with weights thawed, those near the "
        "{head} first.",
        "Sebanyak {n} tahap pertama, sampai “{last}”, mula-mula dibekukan, lalu setiap {every} dicairkan {stages} tahap lagi yang memiliki bobot, mulai "
        "dari yang dekat dengan {head}.",
    ),
    "reports.methods_norm_stage": (
        "Frozen stages kept their statistics of batch normalisation.",
        "Tahap yang beku mempertahankan statistik batch normalization-nya.",
    ),
    "reports.methods_norm_adapt": (
        "Statistics of batch normalisation followed the new images, also in frozen stages.",
        "Statistik batch normalization mengikuti gambar baru, juga pada tahap yang beku.",
    ),
    "reports.methods_norm_fixed": (
        "All stages kept their statistics of batch normalisation.",
        "Semua tahap mempertahankan statistik batch normalization-nya.",
    ),
    "reports.methods_stage_decay": (
        "Each stage learnt with {factor} times the learning rate of the one after it.",
        "Tiap tahap dilatih dengan {factor} kali laju pembelajaran tahap sesudahnya.",
    ),
    "reports.methods_head_lr": (
        "The {head} learnt with {factor} times the learning rate.",
        "Untuk {head} dipakai {factor} kali laju pembelajaran itu.",
    ),
    "reports.methods_l2_sp": (
        "L2-SP (Li et al. 2018) drew the weights w of the stages to their start w⁰ and those of the {head} to zero: {alpha}/2 · ‖w − w⁰‖² + {beta}/2 · ‖w_head‖².",
        "L2-SP (Li dkk. 2018) menarik bobot w tiap tahap ke bobot awalnya w⁰ dan bobot {head} ke nol: {alpha}/2 · ‖w − w⁰‖² + {beta}/2 · ‖w_head‖².",
    ),
    "reports.methods_delta": (
        "DELTA (Li et al. 2019) drew the feature maps of the stages to those of the start (strength {alpha}) and the weights of the {head} to zero "
        "({beta}/2 · ‖w_head‖²); {attention}.",
        "DELTA (Li dkk. 2019) menarik peta fitur tiap tahap ke peta fitur awalnya (kekuatan {alpha}) dan bobot {head} ke nol "
        "({beta}/2 · ‖w_head‖²); {attention}.",
    ),
    "reports.methods_attention": (
        "channels counted by how much the loss grew without them, measured on {n} training images",
        "kanal dibobot menurut kenaikan loss bila kanal itu dimatikan, diukur pada {n} gambar latih",
    ),
    "reports.methods_no_attention": ("all channels counted the same", "semua kanal berbobot sama"),
    "reports.methods_bss": (
        "Batch spectral shrinkage (Chen et al. 2019) of strength {strength} acted on the smallest singular values ({k}) of the features.",
        "Batch spectral shrinkage (Chen dkk. 2019) dengan kekuatan {strength} bekerja pada nilai singular terkecil ({k}) dari fitur.",
    ),
    "reports.methods_penalties": ("The loss grew by {terms}.", "Loss ditambah {terms}."),
    "reports.methods_l1": ("{strength} · Σ|w|", "{strength} · Σ|w|"),
    "reports.methods_l2": ("{strength} · Σw²", "{strength} · Σw²"),
    "reports.methods_of_head": (
        "{term} over the weights of the {head}",
        "{term} atas bobot {head}",
    ),
    "reports.methods_of_all": ("{term} over all weights", "{term} atas semua bobot"),
    # Training
    "reports.methods_training": (
        "Training took {epochs} with batch size {batch}, optimizer {optimizer} and learning rate {lr}.",
        "Pelatihan berlangsung {epochs} dengan ukuran batch {batch}, optimizer {optimizer}, dan laju pembelajaran {lr}.",
    ),
    "reports.methods_training_stopped": (
        "Training took at most {epochs} with batch size {batch}, optimizer {optimizer} and learning rate {lr}; it stopped when {monitor} on validation "
        "had not improved by more than {delta} for {patience}.",
        "Pelatihan berlangsung paling lama {epochs} dengan ukuran batch {batch}, optimizer {optimizer}, dan laju pembelajaran {lr}; pelatihan berhenti "
        "bila {monitor} pada validasi tidak membaik lebih dari {delta} selama {patience}.",
    ),
    "reports.methods_momentum": (
        "{optimizer} (momentum {momentum})",
        "{optimizer} (momentum {momentum})",
    ),
    "reports.methods_nesterov": (
        "{optimizer} (Nesterov momentum {momentum})",
        "{optimizer} (momentum Nesterov {momentum})",
    ),
    "reports.methods_schedule_step": (
        "The learning rate was multiplied by {factor} after every {every}.",
        "Laju pembelajaran dikalikan {factor} setiap {every}.",
    ),
    "reports.methods_schedule_cosine": (
        "The learning rate fell to zero along a cosine.",
        "Laju pembelajaran turun ke nol mengikuti kosinus.",
    ),
    "reports.methods_warmup": (
        "The learning rate rose linearly at first (warm-up, in epochs: {epochs}).",
        "Laju pembelajaran mula-mula naik secara linear (warm-up, dalam epoch: {epochs}).",
    ),
    "reports.methods_time_decay": (
        "The learning rate was divided by 1 + {decay} · step.",
        "Laju pembelajaran dibagi 1 + {decay} · langkah.",
    ),
    "reports.methods_weight_decay": ("Weight decay was {decay}.", "Weight decay sebesar {decay}."),
    "reports.methods_clip": (
        "Gradients were clipped to the norm {norm}.",
        "Gradien dibatasi pada norma {norm}.",
    ),
    "reports.methods_loss": ("The loss was {loss}.", "Fungsi rugi yang dipakai: {loss}."),
    "reports.methods_smoothing": (
        "Labels were smoothed by {share}.",
        "Label dihaluskan sebesar {share}.",
    ),
    "reports.methods_balanced": (
        "Classes were weighted by the inverse of their frequency.",
        "Kelas diberi bobot berbanding terbalik dengan frekuensinya.",
    ),
    "reports.methods_class_weights": (
        "The weights of the classes were {weights}.",
        "Bobot kelasnya {weights}.",
    ),
    "reports.methods_keep_last": (
        "The weights after the last epoch were kept.",
        "Bobot setelah epoch terakhir yang dipakai.",
    ),
    "reports.methods_keep_best": (
        "The weights of the epoch with the best {monitor} on validation were kept.",
        "Bobot dari epoch dengan {monitor} terbaik pada validasi yang dipakai.",
    ),
    "reports.methods_kept": (
        "Epochs kept, by replicate{level}: {epochs}.",
        "Epoch yang dipakai menurut ulangan{level}: {epochs}.",
    ),
    "reports.methods_refit": (
        "Then each network was trained anew on training and validation images together, for as many epochs as were kept before, and that network was tested.",
        "Setelah itu tiap jaringan dilatih ulang dengan gambar latih dan validasi sekaligus, sebanyak epoch yang dipakai sebelumnya, dan jaringan itulah yang diuji.",
    ),
    "reports.methods_normalise_unit": (
        "Pixel values were scaled to 0 … 1.",
        "Nilai piksel diskalakan ke 0 … 1.",
    ),
    "reports.methods_normalise_mean_std": (
        "Pixel values were normalised by mean and standard deviation of each channel over the training images.",
        "Nilai piksel dinormalisasi dengan rata-rata dan simpangan baku tiap kanal dari gambar latih.",
    ),
    "reports.methods_normalise_weights": (
        "Pixel values were normalised as for the weights of the backbone (mean {mean}, standard deviation {std}).",
        "Nilai piksel dinormalisasi seperti untuk bobot backbone (rata-rata {mean}, simpangan baku {std}).",
    ),
    "reports.methods_augment": (
        "Training images were changed at random: {names}.",
        "Gambar latih diubah secara acak: {names}.",
    ),
    "reports.methods_no_augment": (
        "Training images were not augmented.",
        "Gambar latih tidak diaugmentasi.",
    ),
    "reports.methods_views": (
        "Each image had {n} such views, taken in turn by the epochs.",
        "Tiap gambar memiliki {n} versi seperti itu, yang dipakai bergiliran oleh tiap epoch.",
    ),
    "reports.augment_flip": (
        "mirrored left to right in half of the cases",
        "dicerminkan kiri-kanan pada separuh kasus",
    ),
    "reports.augment_shift": (
        "shifted by up to {value} pixels",
        "digeser paling jauh {value} piksel",
    ),
    "reports.augment_crop": (
        "padded by {value} mirrored pixels and cropped",
        "ditambah tepi cermin {value} piksel lalu dipotong",
    ),
    "reports.augment_rotation": ("rotated by up to {value}°", "diputar paling besar {value}°"),
    "reports.augment_scale": (
        "zoomed by a factor of 1 ± {value}",
        "diperbesar atau diperkecil dengan faktor 1 ± {value}",
    ),
    "reports.augment_erase": (
        "a rectangle erased with probability {value}",
        "sebuah persegi panjang dihapus dengan peluang {value}",
    ),
    # Arms that are solved at once
    "reports.methods_features": (
        "“{arm}” is a classifier ({classifier}; {learnt} fitted numbers) on {width} features of {source}, which stayed as they were.",
        "“{arm}” ialah pengklasifikasi ({classifier}; {learnt} bilangan hasil pencocokan) pada {width} fitur dari {source}, yang tidak diubah.",
    ),
    "reports.methods_network_features": (
        "the network {backbone}, means over space after the stage “{stage}”",
        "jaringan {backbone}, rata-rata ruang setelah tahap “{stage}”",
    ),
    "reports.methods_made_features": ("{name} ({options})", "{name} ({options})"),
    "reports.methods_features_imagenet": (
        "The network has ImageNet weights ({origin}).",
        "Jaringan itu memakai bobot ImageNet ({origin}).",
    ),
    "reports.methods_features_file": (
        "The network has the weights in the file {file}{origin}.",
        "Jaringan itu memakai bobot dalam berkas {file}{origin}.",
    ),
    "reports.methods_features_none": (
        "The network has random weights.",
        "Jaringan itu memakai bobot acak.",
    ),
    "reports.methods_chosen": (
        "Each replicate chose {names} by {folds}-fold cross-validation on its training images.",
        "Tiap ulangan memilih {names} dengan validasi silang {folds} lipatan pada gambar latihnya.",
    ),
    "reports.methods_calibrated": (
        "Probabilities were calibrated by a temperature fitted to the same folds.",
        "Probabilitasnya dikalibrasi dengan suhu yang dicocokkan pada lipatan yang sama.",
    ),
    "reports.methods_feature_views": (
        "It learnt from each training image and {n} views of it, changed at random: {names}.",
        "Pengklasifikasi belajar dari tiap gambar latih dan {n} versinya yang diubah secara acak: {names}.",
    ),
    "reports.methods_features_refit": (
        "In the end it was fitted to training and validation images together.",
        "Pada akhirnya pengklasifikasi dicocokkan dengan gambar latih dan validasi sekaligus.",
    ),
    "reports.methods_direct": (
        "“{arm}” is {backbone} with its ImageNet weights ({origin}) as it is, with {parameters} parameters; nothing was trained. Its classes were mapped to "
        "those of the task.",
        "“{arm}” ialah {backbone} dengan bobot ImageNet-nya ({origin}) apa adanya, dengan {parameters} parameter; tidak ada yang dilatih. Kelas-kelasnya "
        "dipetakan ke kelas tugas.",
    ),
    # Levels and trials
    "reports.methods_image_size": (
        "It saw images of {size} × {size} pixels.",
        "Varian ini melihat gambar berukuran {size} × {size} piksel.",
    ),
    "reports.methods_mask_size": (
        "It saw images of {size} × {size} pixels; its answers were interpolated to {scored} × {scored} before they were scored.",
        "Varian ini melihat gambar berukuran {size} × {size} piksel; jawabannya diinterpolasi ke {scored} × {scored} sebelum dinilai.",
    ),
    "reports.methods_varied": (
        "Over the levels of the study, {name} took the values {values}; what is said above holds for the first.",
        "Menurut tingkat studi ini, {name} bernilai {values}; keterangan di atas berlaku untuk nilai pertama.",
    ),
    "reports.methods_tuned": (
        "Each arm chose in each replicate, by {metric} on validation, among all combinations of {grid}; settings above are those of the first replicate.",
        "Tiap varian pada tiap ulangan memilih, menurut {metric} pada validasi, di antara semua kombinasi {grid}; pengaturan di atas ialah pengaturan ulangan "
        "pertama.",
    ),
    # Statistics and software
    "reports.methods_compared": (
        "Every arm was run in {replicates}, with the same {shared} for all arms, and was compared with “{baseline}” in {metrics}.",
        "Setiap varian dijalankan dalam {replicates} dengan {shared} yang sama antarlengan, lalu dibandingkan dengan “{baseline}” dalam hal {metrics}.",
    ),
    "reports.methods_shared_split": ("split", "pembagian data"),
    "reports.methods_shared_order": ("order of images", "urutan gambar"),
    "reports.methods_shared_weights": (
        "initial weights (where shapes agree)",
        "bobot awal (bila bentuknya sama)",
    ),
    "reports.methods_shared_augment": (
        "random changes of the images",
        "perubahan acak pada gambar",
    ),
    "reports.methods_once": (
        "{arms} gives the same result in every replicate and was run once.",
        "{arms} tidak dapat berbeda antarulangan dan dijalankan sekali.",
    ),
    "reports.methods_test_replicates_and_items": (
        "Intervals ({level}) for the difference come from a two-way random-effects model with replicates and test images as crossed factors.",
        "Selang kepercayaan ({level}) untuk selisihnya berasal dari model efek acak dua arah dengan ulangan dan gambar uji sebagai faktor bersilang.",
    ),
    "reports.methods_test_items": (
        "Intervals ({level}) for the difference are paired over test images; training has no random part.",
        "Selang kepercayaan ({level}) untuk selisihnya dihitung berpasangan atas gambar uji; pelatihannya tidak mengandung unsur acak.",
    ),
    "reports.methods_test_items_only": (
        "With one replicate, intervals ({level}) for the difference are paired over test images only and leave out the chance of training.",
        "Dengan satu ulangan, selang kepercayaan ({level}) untuk selisihnya hanya dihitung berpasangan atas gambar uji dan tidak mencakup faktor kebetulan pelatihan.",
    ),
    "reports.methods_test_corrected_resampled_t": (
        "Intervals ({level}) for the difference over the folds use the corrected resampled variance of Nadeau and Bengio (2003).",
        "Selang kepercayaan ({level}) untuk selisih antarlipatan (fold) memakai varians terkoreksi dari Nadeau dan Bengio (2003).",
    ),
    "reports.methods_holm": (
        "The {n} comparisons form one family; their levels were adjusted by the method of Holm.",
        "Seluruh {n} perbandingan membentuk satu keluarga; tarafnya disesuaikan dengan metode Holm.",
    ),
    "reports.methods_holm_levels": (
        "The {n} comparisons at each level form one family; their levels of error were adjusted by the method of Holm.",
        "Seluruh {n} perbandingan pada tiap tingkat membentuk satu keluarga; taraf galatnya disesuaikan dengan metode Holm.",
    ),
    "reports.methods_look": (
        "The data were looked at {n} {n:time|times}, and the error level was divided among the looks.",
        "Data diamati {n} kali dan taraf galat dibagi di antara pengamatan tersebut.",
    ),
    "reports.methods_fast": (
        "The fastest code of the device was used (`determinism: fast`; on a GPU with products in TF32), so a run repeated "
        "with the same seed gives slightly different numbers.",
        "Dipakai kode tercepat dari perangkat (`determinism: fast`; pada GPU dengan perkalian dalam TF32), sehingga run yang "
        "diulang dengan benih yang sama memberi angka yang sedikit berbeda.",
    ),
    "reports.methods_software": (
        "Computed with {packages} on {device} (precision {precision}).",
        "Perhitungan dilakukan dengan {packages} pada {device} (presisi {precision}).",
    ),
}
