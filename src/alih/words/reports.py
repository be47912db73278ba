"""Sentences of the room `reports`: headings, captions, warnings. The glossary and other parts have files of their own."""

from alih.words.adapttext import ADAPT_TEXT
from alih.words.exporttext import README_TEXT
from alih.words.looktext import LOOK_TEXT
from alih.words.outside import OUTSIDE_TEXT
from alih.words.probabilitytext import PROBABILITY_TEXT
from alih.words.reporttext import REPORT_TEXT
from alih.words.scorefile import FILE_TEXT
from alih.words.segmenttext import SEGMENT_TEXT
from alih.words.webtext import WEB_TEXT

WORDS: dict[str, tuple[str, str]] = {
    "reports.unknown_arm": (
        "The study has no arm '{arm}'. Its arms: {known}.",
        "Studi ini tidak memiliki varian '{arm}'. Varian yang ada: {known}.",
    ),
    "reports.unknown_language": (
        "Reports are written in one of the languages {languages}, got {value!r}. Choose one of these.",
        "Laporan ditulis dalam salah satu bahasa {languages}, tetapi yang diberikan {value!r}. Pilih salah satunya.",
    ),
    "reports.no_finished_cell": (
        "No cell of arm '{arm}' has finished (level: {level}). Run the study, or ask for another level.",
        "Belum ada sel varian '{arm}' yang selesai (tingkat: {level}). Jalankan studinya, atau minta tingkat lain.",
    ),
    "reports.answers_ending": (
        "Answers cannot be written to '{path}'. Expected a file with one of these endings: {known}",
        "Jawaban tidak dapat ditulis ke '{path}'. Seharusnya berkas dengan salah satu akhiran ini: {known}",
    ),
    "reports.rows_shown": ("{shown} of {count} rows", "{shown} dari {count} baris"),
    "reports.no_scores": (
        "Arm '{arm}' has no scores for the split '{split}'. Give test or validation.",
        "Varian '{arm}' tidak memiliki skor untuk bagian '{split}'. Berikan test atau validation.",
    ),
    "reports.which_cell": (
        "Arm '{arm}' has {count} finished {count:cell|cells} of replicate {replicate} (levels: {levels}), expected one. Give `replicate` and `at`.",
        "Varian '{arm}' memiliki {count} sel selesai untuk ulangan {replicate} (tingkat: {levels}), seharusnya satu. Berikan `replicate` dan `at`.",
    ),
    "reports.no_probabilities": (
        "'{path}' holds no probabilities for the split '{split}': they are not stored for masks and very large tables, nor kept with committed results. `alih.Predictor` computes them anew.",
        "'{path}' tidak memuat probabilitas untuk bagian '{split}': tidak disimpan untuk mask dan tabel yang sangat besar, maupun pada hasil yang di-commit. `alih.Predictor` menghitungnya kembali.",
    ),
    # Numbers and names
    "reports.range": ("{low} to {high}", "{low} sampai {high}"),
    "reports.points": ("points", "poin"),
    "reports.and": ("{first} and {last}", "{first} dan {last}"),
    "reports.of": ("{part} of {whole}", "{part} dari {whole}"),
    "reports.count_replicates": ("{n} replicates", "{n} ulangan"),
    "reports.count_replicates_one": ("{n} replicate", "{n} ulangan"),
    "reports.count_epochs": ("{n} epochs", "{n} epoch"),
    "reports.count_epochs_one": ("{n} epoch", "{n} epoch"),
    "reports.count_channels": ("{n} channels", "{n} kanal"),
    "reports.count_channels_one": ("{n} channel", "{n} kanal"),
    "reports.level_target_labels": ("target labels per class", "label target per kelas"),
    "reports.level_train_images": ("training images (total)", "gambar latih (total)"),
    "reports.level_transfer.freeze": ("frozen stages", "tahap beku"),
    "reports.level_train.lr": ("learning rate", "laju pembelajaran"),
    "reports.level_train.epochs": ("epochs", "epoch"),
    "reports.level_all": ("all", "semua"),
    "reports.metric_accuracy": ("Accuracy", "Akurasi"),
    "reports.metric_log_loss": ("Log loss", "Log loss"),
    "reports.metric_loss": ("Loss", "Loss"),
    "reports.metric_brier": ("Brier score", "Skor Brier"),
    "reports.metric_balanced_accuracy": ("Balanced accuracy", "Akurasi seimbang"),
    "reports.metric_macro_f1": ("Macro F1", "F1 makro"),
    "reports.metric_matthews": ("Matthews correlation (MCC)", "Korelasi Matthews (MCC)"),
    "reports.metric_auc": ("AUC", "AUC"),
    "reports.metric_average_precision": ("Average precision", "Presisi rata-rata"),
    "reports.metric_sensitivity": ("Sensitivity", "Sensitivitas"),
    "reports.metric_specificity": ("Specificity", "Spesifisitas"),
    "reports.metric_ece": ("Calibration error (ECE)", "Galat kalibrasi (ECE)"),
    "reports.metric_iou_macro": ("Mean IoU", "IoU rata-rata"),
    "reports.metric_iou_micro": ("Micro IoU", "IoU mikro"),
    "reports.metric_dice_macro": ("Mean Dice", "Dice rata-rata"),
    "reports.metric_dice_micro": ("Micro Dice", "Dice mikro"),
    "reports.metric_pixel_accuracy": ("Pixel accuracy", "Akurasi piksel"),
    "reports.metric_iou_foreground": ("Foreground IoU", "IoU latar depan"),
    "reports.metric_boundary_f1": ("Boundary F1", "F1 batas"),
    "reports.metric_entropy": ("Entropy of the answers", "Entropi jawaban"),
    "reports.metric_information": ("Information of the answers", "Informasi jawaban"),
    "reports.metric_weighted_accuracy": ("Weighted source accuracy", "Akurasi sumber berbobot"),
    "reports.split_train": ("training, as trained", "pelatihan, saat dilatih"),
    "reports.split_train_eval": ("training, in evaluation mode", "pelatihan, mode evaluasi"),
    "reports.split_validation": ("validation", "validasi"),
    "reports.split_test": ("test", "uji"),
    "reports.split_of_domain": ("{split}, images of the {domain}", "{split}, gambar {domain}"),
    "reports.of_source": ("source", "sumber"),
    "reports.of_target": ("target", "target"),
    "reports.no_place": (
        "The report cannot be written into '{folder}': {reason}. Write it to a folder of yours with: {command}",
        "Laporan tidak dapat ditulis ke '{folder}': {reason}. Tulis ke folder Anda sendiri dengan: {command}",
    ),
    "reports.place_taken": (
        "'{path}' is a page of something else. Choose an empty or new folder with --out, so that nothing of yours is overwritten.",
        "'{path}' adalah halaman lain. Pilih folder kosong atau baru dengan --out agar berkas Anda tidak tertimpa.",
    ),
    "reports.place_not_empty": (
        "'{path}' holds files but no report. Choose an empty or new folder with --out, so that nothing of yours is touched.",
        "'{path}' berisi berkas tetapi bukan laporan. Pilih folder kosong atau baru dengan --out agar berkas Anda tidak tersentuh.",
    ),
    # Top of the page
    "reports.skip": ("Skip to the results", "Langsung ke hasil"),
    "reports.kicker": ("Report of the study", "Laporan studi"),
    "reports.contents": ("Contents", "Isi"),
    "reports.h_verdict": ("Verdict", "Putusan"),
    "reports.other_verdicts": ("Verdicts on the other metrics", "Putusan untuk metrik lainnya"),
    "reports.show_all": ("Show all {n}", "Tampilkan semuanya ({n})"),
    "reports.in_words": ("Every verdict in words", "Setiap putusan dalam bentuk kalimat"),
    "reports.compared_with": ("Compared with: {baseline}", "Dibandingkan dengan: {baseline}"),
    "reports.details": ("Details", "Rincian"),
    "reports.range_of_verdict": ("range (confidence)", "rentang (keyakinan)"),
    "reports.differences_figure": (
        "The differences as a figure",
        "Selisih sebagai gambar",
    ),
    "reports.overview_lead": (
        "{metric} compared with “{baseline}”: {ends}.",
        "{metric} dibandingkan dengan “{baseline}”: {ends}.",
    ),
    "reports.no_verdict": (
        "There is no verdict yet: no arm can be compared with the baseline so far.",
        "Belum ada putusan: sejauh ini belum ada varian yang dapat dibandingkan dengan varian dasar.",
    ),
    "reports.difference_axis": (
        "{metric}: difference ({unit})",
        "{metric}: selisih ({unit})",
    ),
    "reports.unit_points": ("percentage points", "poin persentase"),
    "reports.unit_own": ("own units", "satuan metrik"),
    "reports.difference_alt": (
        "{metric}, arm minus baseline with its interval. {rows}.",
        "{metric}, varian dikurangi varian dasar beserta selangnya. {rows}.",
    ),
    "reports.difference_caption": (
        "{metric} on the test split: arm minus baseline (symbol) and the range that the verdict rests on (bar, {confidence}). The vertical line marks no difference.",
        "{metric} pada data uji: varian dikurangi varian dasar (simbol) dan rentang yang menjadi dasar putusan (garis, {confidence}). Garis tegak menandai selisih nol.",
    ),
    "reports.paired_uneven": (
        "{items} {items:image|images}; {replicates}, paired where both arms have them.",
        "{items} gambar; {replicates}, berpasangan bila ada pada kedua varian.",
    ),
    "reports.paired": (
        "{items} {items:image|images}; {replicates} paired.",
        "{items} gambar; {replicates} berpasangan.",
    ),
    "reports.margin_caption": (
        "The band is the margin ({margin}): differences inside it do not matter for this study.",
        "Pita berwarna adalah batas toleransi ({margin}): selisih di dalamnya dianggap tidak berarti dalam studi ini.",
    ),
    # Results
    "reports.h_results": ("Results", "Hasil"),
    "reports.results_caption": ("Results per arm", "Hasil per varian"),
    "reports.carried": (
        "Split: {split}; {items} {items:image|images}; {replicates}.",
        "Data: {split}; {items} gambar; {replicates}.",
    ),
    "reports.spread_note": (
        "Mean ± standard deviation over replicates; the interval covers other replicates and other images.",
        "Rata-rata ± simpangan baku antarulangan; selangnya mencakup ulangan lain dan gambar lain.",
    ),
    "reports.spread_note_one": (
        "One replicate; the interval covers other images only.",
        "Satu ulangan; selangnya hanya mencakup gambar lain.",
    ),
    "reports.averaging_note": ("Averaging: {names}.", "Perata-rataan: {names}."),
    "reports.averaging_mean": ("over images", "antargambar"),
    "reports.averaging_macro": ("over classes (macro)", "antarkelas (makro)"),
    "reports.averaging_all_classes": (
        "one number from the whole confusion matrix",
        "satu angka dari seluruh matriks konfusi",
    ),
    "reports.averaging_one-vs-rest": (
        "each class against the rest, over classes (macro)",
        "tiap kelas terhadap kelas lainnya, antarkelas (makro)",
    ),
    "reports.averaging_positive_class": (
        "over the images of the positive class",
        "antargambar kelas positif",
    ),
    "reports.averaging_other_class": (
        "over the images of the class that is not positive",
        "antargambar kelas yang bukan kelas positif",
    ),
    "reports.averaging_15_bins": ("15 bins of confidence", "15 kelompok tingkat keyakinan"),
    "reports.averaging_macro_of_present_classes": (
        "over classes (macro), counts of all images added; classes in neither truth nor prediction left out",
        "antarkelas (makro), hitungan semua gambar dijumlahkan; kelas yang tidak ada pada kebenaran maupun prediksi tidak diikutkan",
    ),
    "reports.averaging_micro": (
        "counts of all classes and images added (micro)",
        "hitungan semua kelas dan gambar dijumlahkan (mikro)",
    ),
    "reports.averaging_pixels": ("over the pixels of all images", "antarpiksel dari semua gambar"),
    "reports.averaging_foreground": (
        "all classes but the background as one, counts of all images added",
        "semua kelas selain latar belakang dianggap satu, hitungan semua gambar dijumlahkan",
    ),
    "reports.averaging_boundary": (
        "over classes with a boundary (macro), matches within 0.75 % of the diagonal (at least one pixel)",
        "antarkelas yang memiliki batas (makro), kecocokan dalam 0,75 % diagonal (sedikitnya satu piksel)",
    ),
    "reports.arm": ("Arm", "Varian"),
    "reports.replicates": ("Replicates", "Ulangan"),
    "reports.test_items": ("Test images", "Gambar uji"),
    "reports.metrics_caption": ("All metrics", "Semua metrik"),
    "reports.mean_sd": ("Mean ± sd", "Rata-rata ± simpangan baku"),
    "reports.averaging": ("Averaging", "Perata-rataan"),
    "reports.interval95": ("95 % interval", "Selang 95 %"),
    "reports.parameters": ("Parameters", "Parameter"),
    "reports.seconds_per_epoch": ("Seconds per epoch", "Detik per epoch"),
    "reports.seconds_in_all": ("Seconds in all", "Total detik"),
    "reports.reference_majority": ("Always the most frequent class", "Selalu kelas terbanyak"),
    "reports.reference_chance": ("Chance", "Tebakan acak"),
    "reports.reference_position": (
        "The most frequent class at each place",
        "Kelas terbanyak di tiap posisi",
    ),
    "reports.reference_pixel_logistic": (
        "Logistic regression on pixels",
        "Regresi logistik pada piksel",
    ),
    "reports.h_trials": ("Tuning", "Penalaan"),
    "reports.trials_caption": (
        "Every trial of every arm, on validation",
        "Semua percobaan tiap varian, pada data validasi",
    ),
    "reports.trial_setting": ("Tried", "Dicoba"),
    "reports.trial_diverged": ("Diverged", "Divergen"),
    "reports.trial_chosen": ("Chosen in", "Dipilih pada"),
    "reports.trials_note": (
        "Each replicate chooses by itself, by the first of these metrics; test images play no role in it.",
        "Setiap ulangan memilih sendiri berdasarkan metrik pertama di sini; gambar uji tidak ikut dipakai.",
    ),
    "reports.h_selection": ("Choosing without target labels", "Memilih tanpa label target"),
    "reports.selection_caption": (
        "What each arm's answers for the target say without its labels, and which arm they would choose",
        "Apa kata jawaban tiap varian untuk target tanpa label, dan varian mana yang akan dipilih",
    ),
    "reports.selection_rejected": ("Rejected", "Ditolak"),
    "reports.selection_test": ("{metric} on target test images", "{metric} pada gambar uji target"),
    "reports.selection_worth": ("worth {n} {n:image|images}", "senilai {n} gambar"),
    "reports.selection_note": (
        "{sign}: chosen by this column. Means ± standard deviation over replicates. Information and entropy (nats) are of the answers for target images "
        "whose labels were not looked at; weighted source accuracy is that of source validation images, weighted by how much likelier they are in "
        "the target; where that is worth few images of equal weight, the domains hardly overlap and it says little. A run is rejected whose answers have collapsed onto few classes, or which lost more than 5 points of accuracy on the source "
        "beside the source-only arm; an arm with a rejected run is not chosen. Test labels of the target chose nothing but an oracle's arm.",
        "{sign}: dipilih menurut kolom ini. Rata-rata ± simpangan baku antarulangan. Informasi dan entropi (nat) berasal dari jawaban untuk gambar target "
        "yang labelnya tidak dilihat; akurasi sumber berbobot ialah akurasi gambar validasi sumber, dibobot menurut seberapa lebih mungkin "
        "gambar itu ada di target; bila nilainya setara sedikit gambar berbobot sama, kedua domain hampir tidak bertumpang tindih dan angka ini kurang berarti. Run ditolak bila jawabannya runtuh ke sedikit kelas, atau bila akurasinya pada sumber turun lebih dari 5 poin "
        "dibandingkan varian yang hanya belajar dari sumber; varian yang memiliki run ditolak tidak dipilih. Label uji target tidak dipakai untuk memilih, kecuali oleh oracle.",
    ),
    "reports.h_rounds": ("Rounds", "Putaran"),
    "reports.round": ("Round", "Putaran"),
    "reports.rounds_caption": (
        "Replicates of each arm, and what its verdicts said after each round",
        "Banyaknya ulangan tiap varian, dan isi putusannya setelah setiap putaran",
    ),
    "reports.rounds_caption_folds": (
        "Folds of each arm, and what its verdicts said after each round",
        "Banyaknya lipatan tiap varian, dan isi putusannya setelah setiap putaran",
    ),
    "reports.rounds_note": (
        "Only arms that are open get more; each round is a look that is paid for.",
        "Hanya varian yang masih terbuka yang ditambah; setiap putaran adalah satu pengamatan yang diperhitungkan.",
    ),
    "reports.round_decided": ("decided", "diputuskan"),
    "reports.round_open": ("open", "terbuka"),
    "reports.round_groups": ("too few groups", "kelompok terlalu sedikit"),
    "reports.round_most": ("most allowed reached", "batas tercapai"),
    "reports.round_spent": ("level spent", "taraf habis"),
    "reports.round_far": ("needs far more", "perlu jauh lebih banyak"),
    "reports.round_images": ("needs more images", "perlu lebih banyak gambar"),
    "reports.round_nothing": ("differs too little", "bedanya terlalu kecil"),
    "reports.round_copies": ("copies", "salinan"),
    "reports.round_budget": ("beyond the budget", "melebihi anggaran"),
    "reports.rounds_decided": (
        "Rounds ended when every arm was decided.",
        "Putaran berakhir ketika semua varian sudah diputuskan.",
    ),
    "reports.rounds_hopeless": (
        "Rounds ended where more of them would hardly have decided what was left.",
        "Putaran berakhir ketika tambahan hampir tidak dapat memutuskan yang tersisa.",
    ),
    "reports.rounds_budget": (
        "Rounds ended because a further one would have exceeded the budget.",
        "Putaran berakhir karena putaran berikutnya akan melampaui anggaran.",
    ),
    "reports.rounds_failed": (
        "Rounds stopped because not all runs finished.",
        "Putaran terhenti karena belum semua run selesai.",
    ),
    "reports.rounds_going": (
        "A further round was under way when this page was written.",
        "Putaran berikutnya sedang berjalan ketika halaman ini ditulis.",
    ),
    "reports.h_published": (
        "Published numbers beside ours",
        "Angka publikasi di samping hasil studi ini",
    ),
    "reports.published_caption": (
        "Published numbers and ours",
        "Angka publikasi dan angka studi ini",
    ),
    "reports.published_of": ("Kind", "Jenis"),
    "reports.published_train": ("training", "pelatihan"),
    "reports.published_validation": ("validation", "validasi"),
    "reports.published_data": ("data", "data"),
    "reports.published_network": ("network", "jaringan"),
    "reports.published_speed": ("speed (this machine)", "kecepatan (mesin ini)"),
    "reports.published_epoch": ("epoch {epoch}", "epoch {epoch}"),
    "reports.published_note": (
        "Training and validation: ours are means over replicates, of the same epoch where one is named, else of the last one. Training: ours in evaluation mode on a fixed sample; publications mostly print averages taken while training.",
        "Pelatihan dan validasi: angka studi ini adalah rata-rata antarulangan, dari epoch yang sama bila disebutkan, selain itu dari epoch terakhir. Pelatihan: angka studi ini dalam mode evaluasi pada sampel tetap; publikasi umumnya mencantumkan rata-rata selama pelatihan.",
    ),
    "reports.curve_published": ("{split}, published", "{split}, publikasi"),
    "reports.published_undecided": (
        "By themselves the printed accuracies decide nothing: “{arm}” {own} of {count} right, “{baseline}” {right} of {total}, Fisher's exact p = {p}.",
        "Dengan sendirinya akurasi yang tercetak tidak memutuskan apa pun: “{arm}” benar {own} dari {count}, “{baseline}” {right} dari {total}, uji eksak Fisher p = {p}.",
    ),
    "reports.published_apart": (
        "The printed accuracies differ by more than other images would explain: “{arm}” {own} of {count} right, “{baseline}” {right} of {total}, Fisher's exact p = {p}; other runs are not in it.",
        "Akurasi yang tercetak berbeda lebih dari yang dapat dijelaskan oleh gambar lain: “{arm}” benar {own} dari {count}, “{baseline}” {right} dari {total}, uji eksak Fisher p = {p}; run lain tidak ikut diperhitungkan.",
    ),
    "reports.published_protocol": (
        "Protocol of the publication: {protocol}.",
        "Protokol publikasi: {protocol}.",
    ),
    "reports.metric": ("Metric", "Metrik"),
    "reports.published": ("Published", "Publikasi"),
    "reports.ours": ("This study", "Studi ini"),
    "reports.ours_minus_published": ("Difference", "Selisih"),
    # Curves
    "reports.h_curves": ("Learning curves", "Kurva pembelajaran"),
    "reports.curves_intro": (
        "Thin lines are single replicates, thick lines their mean over the epochs that all of them reached (finished replicates, where there are any). A ring marks the epoch at which the mean is best.",
        "Garis tipis adalah tiap ulangan, garis tebal rata-ratanya atas epoch yang dicapai semuanya (ulangan yang selesai, bila ada). Lingkaran menandai epoch dengan rata-rata terbaik.",
    ),
    "reports.curve_title": ("{metric}, {split}", "{metric}, {split}"),
    "reports.epoch": ("Epoch", "Epoch"),
    "reports.compared_curves_alt": (
        "Validation curves of {metric} for {arms}. {ends}.",
        "Kurva validasi {metric} untuk {arms}. {ends}.",
    ),
    "reports.compared_curves_caption": (
        "{metric} on the validation split, all arms.",
        "{metric} pada data validasi, semua varian.",
    ),
    "reports.by_level_caption": (
        "{metric} on the test split per level: mean over replicates and 95 % interval.",
        "{metric} pada data uji per tingkat: rata-rata antarulangan dan selang 95 %.",
    ),
    "reports.by_level_log_caption": (
        "{metric} on the test split over the number of training images (logarithmic; of all classes together, not per class): mean over replicates and 95 % interval.",
        "{metric} pada data uji menurut jumlah gambar latih (skala logaritmik; seluruh kelas bersama-sama, bukan per kelas): rata-rata antarulangan dan selang 95 %.",
    ),
    "reports.h_levels": ("Over the levels", "Menurut tingkat"),
    "reports.levels_total": (
        "Numbers of training images are totals of all classes, not numbers per class.",
        "Jumlah gambar latih adalah jumlah seluruh kelas, bukan jumlah per kelas.",
    ),
    "reports.heat_map_caption": (
        "{metric} on the test split, mean over replicates; dark is good, the best of each column in bold.",
        "{metric} pada data uji, rata-rata antarulangan; gelap berarti baik, yang terbaik pada tiap kolom dicetak tebal.",
    ),
    "reports.heat_map_alt": (
        "{metric} as a heat-map over {columns}. {rows}.",
        "{metric} sebagai peta panas menurut {columns}. {rows}.",
    ),
    "reports.equal_at": (
        "With {n} training images “{arm}” equals “{other}” with about {about} in {metric} (plausible: {low} to {high}).",
        "Dengan {n} gambar latih, “{arm}” setara dengan “{other}” yang memakai sekitar {about} gambar dalam hal {metric} (yang masuk akal: {low} sampai {high}).",
    ),
    "reports.equal_open": (
        "“{arm}” at {n} training images equals “{other}” at about {about} in {metric} (the 95 % intervals allow {low} to more than {largest}, the largest number measured).",
        "“{arm}” dengan {n} gambar latih setara dengan “{other}” yang memakai sekitar {about} gambar dalam hal {metric} (selang 95 % memungkinkan {low} sampai lebih dari {largest}, jumlah terbesar yang diukur).",
    ),
    "reports.equal_beyond": (
        "To equal “{arm}” at {n} training images in {metric}, “{other}” needs more than {largest}, the largest number measured.",
        "Untuk menyamai “{arm}” dengan {n} gambar latih dalam hal {metric}, “{other}” memerlukan lebih dari {largest} gambar, jumlah terbesar yang diukur.",
    ),
    "reports.equal_note": (
        "Numbers between two levels are interpolated on the logarithm of the number of images; nothing is said where the verdict at a level is open or a curve crosses more than once.",
        "Jumlah di antara dua tingkat diinterpolasi pada logaritma jumlah gambar; tidak ada yang dinyatakan bila pada suatu tingkat belum ada putusan atau kurvanya berpotongan lebih dari sekali.",
    ),
    "reports.by_level_alt": ("{metric} per level: {arms}.", "{metric} per tingkat: {arms}."),
    "reports.curve_end": (
        "{arm}: from {start} to {end} in {epochs} epochs",
        "{arm}: dari {start} menjadi {end} dalam {epochs} epoch",
    ),
    "reports.own_curves_alt": (
        "Training and validation curves of {metric} for {arm}; best on validation at epoch {epoch}. {ends}.",
        "Kurva pelatihan dan validasi {metric} untuk {arm}; terbaik pada validasi di epoch {epoch}. {ends}.",
    ),
    "reports.h_own_curves": (
        "Training against validation",
        "Pelatihan dibandingkan dengan validasi",
    ),
    "reports.own_curves_intro": (
        "Where the training curve keeps improving and validation does not, the network begins to learn its training images by heart. "
        "“As trained” is measured while weights move and dropout is on; “in evaluation mode” afterwards, on a fixed sample, so only it is comparable with validation.",
        "Ketika kurva pelatihan terus membaik sedangkan validasi tidak, jaringan mulai menghafal gambar latihnya. "
        "“Saat dilatih” diukur ketika bobot masih berubah dan dropout aktif; “mode evaluasi” diukur sesudahnya pada sampel tetap, sehingga hanya kurva itulah yang sebanding dengan validasi.",
    ),
    "reports.h_diagnosis": ("What the curves say", "Apa kata kurva"),
    "reports.no_findings": ("Nothing remarkable.", "Tidak ada yang mencolok."),
    "reports.h_reach": ("How fast each arm gets there", "Seberapa cepat tiap varian mencapainya"),
    "reports.reach_caption": (
        "Epochs and time until the final validation score of “{baseline}” is first reached",
        "Epoch dan waktu hingga skor validasi akhir “{baseline}” pertama kali dicapai",
    ),
    "reports.reach_note": (
        "Target: the baseline's mean over replicates after its last epoch. Time depends on the machine.",
        "Sasaran: rata-rata varian dasar dari semua ulangan setelah epoch terakhirnya. Waktu bergantung pada mesin.",
    ),
    "reports.target": ("Target", "Sasaran"),
    "reports.epochs_needed": ("Epochs", "Epoch"),
    "reports.time_needed": ("Time", "Waktu"),
    "reports.replicates_reached": ("Replicates that reach it", "Ulangan yang mencapainya"),
    "reports.never": ("not reached", "tidak tercapai"),
    # Classes and images
    "reports.h_classes": ("Classes and errors", "Kelas dan kesalahan"),
    "reports.h_confusion": ("Confusion matrix", "Matriks konfusi"),
    "reports.class": ("Class", "Kelas"),
    "reports.precision": ("Precision", "Presisi"),
    "reports.recall": ("Recall", "Recall"),
    "reports.support": ("Images", "Gambar"),
    "reports.report_accuracy": ("Accuracy", "Akurasi"),
    "reports.report_macro": ("Macro avg", "Rata-rata makro"),
    "reports.report_weighted": ("Weighted avg", "Rata-rata berbobot"),
    "reports.classes_caption": ("Scores per class: {arm}", "Skor per kelas: {arm}"),
    "reports.pooled_note": (
        "Split: {split}; {n} {unit}, pooled over {replicates}.",
        "Data: {split}; {n} {unit}, gabungan dari {replicates}.",
    ),
    "reports.unit_decisions": ("decisions", "keputusan"),
    "reports.unit_pixels": ("pixels", "piksel"),
    "reports.class_dots_caption": (
        "{name} per class on the test split, mean over replicates; the hardest class of the first arm stands on top.",
        "{name} per kelas pada data uji, rata-rata antarulangan; kelas tersulit bagi varian pertama berada paling atas.",
    ),
    "reports.class_dots_alt": (
        "{name} per class for {arms}; the lowest is {hardest}.",
        "{name} per kelas untuk {arms}; yang terendah adalah {hardest}.",
    ),
    "reports.matrix_caption": (
        "{arm}: per cent of each true class",
        "{arm}: persentase tiap kelas sebenarnya",
    ),
    "reports.images_shown_sealed": ("validation images", "gambar validasi"),
    "reports.images_shown_paper": (
        "validation images, which in this study are also the test images",
        "gambar validasi, yang dalam studi ini juga gambar uji",
    ),
    "reports.pairs_intro": (
        "Counted and shown on {images}.",
        "Dihitung dan ditampilkan pada {images}.",
    ),
    "reports.classes_note": (
        "{carried} Scores are averaged over replicates; each image is counted once. The last three rows are those of scikit-learn's classification_report.",
        "{carried} Skor adalah rata-rata dari semua ulangan; setiap gambar dihitung sekali. Tiga baris terakhir sama seperti pada classification_report dari scikit-learn.",
    ),
    "reports.true_class": ("True class", "Kelas sebenarnya"),
    "reports.predicted": ("Predicted class", "Kelas prediksi"),
    "reports.true_by_predicted": ("true ↓ predicted →", "sebenarnya ↓ prediksi →"),
    "reports.confusion_table_caption": (
        "Confusion matrix (counts): {arm}",
        "Matriks konfusi (jumlah): {arm}",
    ),
    "reports.confusion_caption": (
        "Rows: true class; columns: predicted class; per cent of the row.",
        "Baris: kelas sebenarnya; kolom: kelas prediksi; persen dari baris.",
    ),
    "reports.confusion_alt": (
        "Confusion matrix of {arm}; {correct} of the decisions lie on the diagonal.",
        "Matriks konfusi {arm}; {correct} keputusan berada pada diagonal.",
    ),
    "reports.h_pairs": ("Most frequent confusions", "Pasangan kelas yang paling sering tertukar"),
    "reports.taken_for": ("taken for", "dikira"),
    "reports.pair_count": (
        "{n} {n:time|times}, {share} of the class",
        "{n} kali, {share} dari kelasnya",
    ),
    "reports.picture_alt": (
        "{true}, predicted as {predicted}",
        "{true}, diprediksi sebagai {predicted}",
    ),
    "reports.h_worst": (
        "Misclassified validation images",
        "Gambar validasi yang salah diklasifikasikan",
    ),
    "reports.worst_intro": (
        "The highest loss first. Bold: the true class. A confident error costs most; look for wrong labels here as well as for hard cases.",
        "Dimulai dari loss tertinggi. Cetak tebal: kelas sebenarnya. Kesalahan yang penuh keyakinan paling mahal; di sinilah label yang keliru dan kasus yang sulit dapat ditemukan.",
    ),
    "reports.worst_right": (
        "After them, marked as right: images that were nearly misclassified.",
        "Sesudahnya, bertanda benar: gambar yang nyaris salah diklasifikasikan.",
    ),
    "reports.said_right": ("✓ right:", "✓ benar:"),
    "reports.said": ("predicted:", "prediksi:"),
    "reports.items_file": (
        "Item numbers, image files and splits for every replicate:",
        "Nomor butir, berkas gambar, dan bagiannya untuk setiap ulangan:",
    ),
    "reports.loss_of": ("loss {loss}", "loss {loss}"),
} | REPORT_TEXT
WORDS |= PROBABILITY_TEXT | ADAPT_TEXT
WORDS |= FILE_TEXT | OUTSIDE_TEXT | LOOK_TEXT | SEGMENT_TEXT | WEB_TEXT | README_TEXT
