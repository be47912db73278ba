"""Sentences of the room `inspect`."""

from alih.words.advicetext import ADVICE_TEXT
from alih.words.audittext import AUDIT_TEXT

WORDS: dict[str, tuple[str, str]] = {
    "inspect.one_image_a_class": (
        "{images} {images:image|images} of {classes} {classes:class|classes}: no class has two, so nothing can be left out and predicted. Give more images per class.",
        "{images} gambar dari {classes} kelas: tidak ada kelas yang memiliki dua gambar sehingga tidak ada yang dapat disisihkan lalu diprediksi. Berikan lebih banyak gambar per kelas.",
    ),
    "inspect.no_probabilities": (
        "The source head's outputs are not probabilities (lowest {low}, sums off by up to {off}). Apply softmax to them first.",
        "Keluaran kepala sumber bukan probabilitas (terendah {low}, jumlah menyimpang hingga {off}). Terapkan softmax lebih dahulu.",
    ),
    "inspect.widths_differ": (
        "The source has {source} features per image and the target {target}. Extract both with the same network and stage.",
        "Sumber memiliki {source} fitur per gambar, sedangkan target {target}. Ekstrak keduanya dengan jaringan dan tahap yang sama.",
    ),
    "inspect.too_few_images": (
        "The {domain} domain has {images} {images:image|images}; measuring a shift needs at least {least}. Give more images.",
        "Domain {domain} berisi {images} gambar; pengukuran pergeseran memerlukan sedikitnya {least}. Berikan lebih banyak gambar.",
    ),
    # The three conditions
    "inspect.space": (
        "{channels} {channels:channel|channels} at {size} pixels",
        "{channels} kanal pada {size} piksel",
    ),
    "inspect.space_varies": (
        "{channels} {channels:channel|channels} at varying sizes",
        "{channels} kanal dengan ukuran beragam",
    ),
    "inspect.features_differ": (
        "1. Feature space: differs ({source}: {first}; {target}: {second}). Images are brought to the network's size, and a single channel is repeated for a network of three.",
        "1. Ruang fitur: berbeda ({source}: {first}; {target}: {second}). Gambar disesuaikan dengan ukuran jaringan, dan satu kanal diulang untuk jaringan tiga kanal.",
    ),
    "inspect.features_same": (
        "1. Feature space: the same ({source} and {target}: {first}).",
        "1. Ruang fitur: sama ({source} dan {target}: {first}).",
    ),
    "inspect.labels_same": (
        "2. Label space: the same {n_source} classes.",
        "2. Ruang label: {n_source} kelas yang sama.",
    ),
    "inspect.labels_overlapping": (
        "2. Label space: differs; {shared} classes are shared ({source} has {n_source}, {target} {n_target}).",
        "2. Ruang label: berbeda; {shared} kelas dimiliki bersama ({source} memiliki {n_source}, {target} {n_target}).",
    ),
    "inspect.labels_disjoint": (
        "2. Label space: differs; no class is shared ({source} has {n_source}, {target} {n_target}).",
        "2. Ruang label: berbeda; tidak ada kelas yang sama ({source} memiliki {n_source}, {target} {n_target}).",
    ),
    "inspect.labels_unknown": (
        "2. Label space: not known, because class names are missing ({source} has {n_source}, {target} {n_target}).",
        "2. Ruang label: tidak diketahui karena nama kelas tidak ada ({source} memiliki {n_source}, {target} {n_target}).",
    ),
    "inspect.distribution_differs": (
        "3. Distribution: differs ({measured}).",
        "3. Distribusi: berbeda ({measured}).",
    ),
    "inspect.distribution_same": (
        "3. Distribution: no difference was found ({measured}).",
        "3. Distribusi: tidak ditemukan perbedaan ({measured}).",
    ),
    "inspect.distribution_unknown": (
        "3. Distribution: not measured.",
        "3. Distribusi: tidak diukur.",
    ),
    "inspect.measured_distance": (
        "proxy A-distance {distance} of 2, 95 % interval {low} to {high}, n = {n}",
        "jarak-A proksi {distance} dari 2, selang 95 % {low} sampai {high}, n = {n}",
    ),
    "inspect.measured_mmd": (
        "MMD² {mmd2}, permutation p = {p}, n = {n_source} and {n_target}",
        "MMD² {mmd2}, p permutasi = {p}, n = {n_source} dan {n_target}",
    ),
    # What they call for
    "inspect.no_weights": (
        "No pretrained weights are here. Get some first: {commands}",
        "Belum ada bobot pralatih di sini. Ambil lebih dahulu: {commands}",
    ),
    "inspect.scout_masks": (
        "'{path}' holds images with masks, and `alih scout` ranks backbones by how well features tell whole images apart. Name a folder with one sub-folder a class; for masks, compare encoders as arms of a study (`alih new NAME --data {path!q}`).",
        "'{path}' berisi gambar dengan mask, sedangkan `alih scout` memeringkat backbone menurut kemampuan fiturnya membedakan gambar utuh. Sebutkan folder dengan satu subfolder tiap kelas; untuk mask, bandingkan encoder sebagai varian studi (`alih new NAMA --data {path!q}`).",
    ),
    "inspect.small_size": (
        "--image-size must be at least {smallest} pixels, because backbones halve images five times; got {got}.",
        "--image-size diisi {got}; seharusnya sedikitnya {smallest} piksel, yang dibagi dua lima kali oleh backbone.",
    ),
    "inspect.labelled": (
        "--labelled must be a share from 0 (no labels) to 1 (all), got {got}.",
        "--labelled diisi {got}; seharusnya bagian antara 0 (tanpa label) sampai 1 (semua).",
    ),
    "inspect.method_train_together": (
        "None of the three conditions holds, so this is not transfer learning: train on '{source}' and '{target}' together.",
        "Tidak satu pun dari ketiga syarat terpenuhi, jadi ini bukan kasus transfer learning: latih model pada '{source}' dan '{target}' bersama-sama.",
    ),
    "inspect.method_fine_tuning": (
        "The classes differ and '{target}' has labels: pre-train on '{source}', then fine-tune, or use it for features with a classifier on top.",
        "Kelasnya berbeda dan '{target}' memiliki label: latih lebih dahulu pada '{source}' lalu fine-tuning, atau pakai sebagai pengekstrak fitur dengan pengklasifikasi di atasnya.",
    ),
    "inspect.method_fine_tuning_unknown": (
        "'{target}' has labels, and which classes it shares with '{source}' is not known: pre-train on '{source}', then fine-tune, or use it for features with a classifier on top; neither asks for the same classes.",
        "'{target}' memiliki label, tetapi kelas mana yang sama dengan '{source}' tidak diketahui: latih lebih dahulu pada '{source}' lalu fine-tuning, atau pakai sebagai pengekstrak fitur dengan pengklasifikasi di atasnya; keduanya tidak menuntut kelas yang sama.",
    ),
    "inspect.method_sda": (
        "Same classes, and every image of '{target}' has a label: supervised domain adaptation. Train on '{target}' alone and fine-tuning from '{source}' are its baselines.",
        "Kelasnya sama dan setiap gambar '{target}' berlabel: adaptasi domain terawasi (SDA). Pembandingnya ialah melatih pada '{target}' saja dan fine-tuning dari '{source}'.",
    ),
    "inspect.method_ssda": (
        "Same classes, and part of '{target}' has labels: semi-supervised domain adaptation from '{source}'.",
        "Kelasnya sama dan sebagian '{target}' berlabel: adaptasi domain semi-terawasi (SSDA) dari '{source}'.",
    ),
    "inspect.method_uda": (
        "No labels of '{target}' are used: unsupervised domain adaptation from '{source}' (adversarial, self-training, or alignment of features), if the classes are the same.",
        "Label '{target}' tidak dipakai: adaptasi domain tak terawasi (UDA) dari '{source}' (adversarial, self-training, atau penyelarasan fitur), jika kelasnya sama.",
    ),
    "inspect.method_direct": (
        "No labels of '{target}' are used, and it shares only some classes: a model of '{source}' can name the shared ones directly; the others need labels.",
        "Label '{target}' tidak dipakai dan hanya sebagian kelasnya sama: model dari '{source}' dapat langsung mengenali kelas yang sama; kelas lainnya memerlukan label.",
    ),
    "inspect.method_as_it_is": (
        "None of the three conditions holds, so this is not transfer learning: no labels of '{target}' are used, and a model of '{source}' can be used on it as it is.",
        "Tidak satu pun dari ketiga syarat terpenuhi, jadi ini bukan kasus transfer learning: label '{target}' tidak dipakai, dan model dari '{source}' dapat langsung dipakai apa adanya.",
    ),
    "inspect.method_label_first": (
        "No labels of '{target}' are used, and it shares no class with '{source}': there is nothing from which class names could be learned. Use labels of some images first (label them where there are none), then fine-tune.",
        "Label '{target}' tidak dipakai, dan tidak ada kelas yang sama dengan '{source}': tidak ada data untuk mempelajari nama kelasnya. Pakai label sebagian gambar lebih dahulu (beri label jika belum ada), lalu fine-tuning.",
    ),
    # A look into a network
    "inspect.look_small_image": (
        "'{path}' has {width} × {height} pixels; '{name}' needs images of at least {smallest} pixels a side. Give a larger image.",
        "'{path}' berukuran {width} × {height} piksel; '{name}' memerlukan gambar dengan sisi sedikitnya {smallest} piksel. Berikan gambar yang lebih besar.",
    ),
    "inspect.look_small_size": (
        "--image-size {got} is too small for '{name}': at least {smallest} pixels a side.",
        "--image-size {got} terlalu kecil untuk '{name}': sedikitnya {smallest} piksel per sisi.",
    ),
    "inspect.look_size": (
        "--image-size is {got}. Give a number of pixels above 0.",
        "--image-size bernilai {got}. Berikan jumlah piksel di atas 0.",
    ),
    "inspect.look_weights": (
        "--weights {got} was given, but '{model}' is not a backbone: presets have random weights, a run has those it was trained to. Leave --weights out.",
        "--weights {got} diberikan, padahal '{model}' bukan backbone: preset berbobot acak, sedangkan run memakai bobot hasil pelatihannya. Hilangkan --weights.",
    ),
    "inspect.look_unknown_weights": (
        "There are no weights '{got}'. Give imagenet, none, or a file (.safetensors, .pth).",
        "Tidak ada bobot '{got}'. Beri imagenet, none, atau berkas (.safetensors, .pth).",
    ),
    "inspect.look_no_folder": (
        "There is no folder '{path}'. Expected the folder of a finished run (runs/STUDY/runs/ARM/seed-0); `alih look` also takes the name of a backbone (mobilenetv2_100) or a preset.",
        "Tidak ada folder '{path}'. Seharusnya folder run yang sudah selesai (runs/STUDI/runs/VARIAN/seed-0); `alih look` juga menerima nama backbone (mobilenetv2_100) atau preset.",
    ),
    "inspect.look_study": (
        "'{path}' is not a run folder; it holds {count} finished {count:run|runs}. Name one: {runs}",
        "'{path}' sendiri bukan folder run, tetapi memuat {count} run yang sudah selesai. Sebutkan salah satunya: {runs}",
    ),
    "inspect.look_no_run": (
        "'{path}' is not the folder of a finished run: card.json or model.safetensors is missing. Run the study to its end, or name another folder.",
        "'{path}' bukan folder run yang sudah selesai: card.json atau model.safetensors tidak ada. Jalankan studinya sampai selesai, atau sebutkan folder lain.",
    ),
    "inspect.look_no_data_card": (
        "The run '{path}' does not lie in its study's folder any more ({reason} is missing), so the size of its images is not known. Give the run inside its study folder.",
        "Run '{path}' tidak lagi berada di folder studinya ({reason} tidak ada) sehingga ukuran gambarnya tidak diketahui. Beri run di dalam folder studinya.",
    ),
    "inspect.look_run_size": (
        "The run '{path}' was trained on images of {size} pixels a side; --image-size {got} differs. Leave --image-size out.",
        "Run '{path}' dilatih pada gambar bersisi {size} piksel; --image-size {got} berbeda. Hilangkan --image-size.",
    ),
    "inspect.look_misfit": (
        "'{file}' does not hold this run's network: {missing} is missing. Run the cell again.",
        "'{file}' tidak memuat jaringan run ini: {missing} tidak ada. Jalankan kembali selnya.",
    ),
    "inspect.look_damaged": (
        "'{file}' cannot be read as weights: {reason}. Run the cell again.",
        "'{file}' tidak dapat dibaca sebagai bobot: {reason}. Jalankan kembali selnya.",
    ),
    "inspect.look_no_constants": (
        "The run '{path}' is normalised by its training images' mean and deviation, and was made before runs stored them. Run the cell again.",
        "Run '{path}' dinormalisasi dengan rata-rata dan simpangan baku gambar latihnya, dan dibuat sebelum run menyimpannya. Jalankan kembali selnya.",
    ),
    "inspect.look_handmade": (
        "The run '{path}' reads features made by hand and has no network to look into. Name a run with a network; `alih predict` answers for both.",
        "Run '{path}' memakai fitur buatan tangan dan tidak memiliki jaringan yang dapat dilihat. Sebutkan run yang memiliki jaringan; `alih predict` menjawab untuk keduanya.",
    ),
    "inspect.look_needs_image": (
        "'{path}' needs an image: `alih look {path} IMAGE`. Without an image only a run of the strategy `match` can be shown: what it took over from its source.",
        "'{path}' memerlukan gambar: `alih look {path} GAMBAR`. Tanpa gambar, hanya run dengan strategi `match` yang dapat ditampilkan: apa yang diambilnya dari sumbernya.",
    ),
    "inspect.look_only_with_image": (
        "{options} can only be used with an image, and none is given. Leave it out, or name an image.",
        "{options} hanya dapat dipakai bersama gambar, padahal tidak ada gambar yang disebutkan. Hilangkan, atau sebutkan gambarnya.",
    ),
    "inspect.match_nothing": (
        "The run '{path}' has matched nothing: its `weight` is 0, so it learnt as from scratch. Name a run with a weight above 0.",
        "Run '{path}' tidak mencocokkan apa pun: `weight`-nya 0 sehingga belajar seperti dari awal. Sebutkan run dengan weight di atas 0.",
    ),
    "inspect.match_no_record": (
        "The run '{path}' holds no transfer.npz, where runs of `match` note what they learnt. Run the cell again.",
        "Run '{path}' tidak memuat transfer.npz, tempat run `match` mencatat apa yang dipelajarinya. Jalankan kembali selnya.",
    ),
    "inspect.predict_shape": (
        "The images are {dtype} {got}, expected uint8 {expected} (images, height, width, channels). `predictor.read(FILE)` brings an image file to this size.",
        "Gambarnya {dtype} {got}, seharusnya uint8 {expected} (jumlah, tinggi, lebar, kanal). `predictor.read(FILE)` membawa berkas gambar ke ukuran ini.",
    ),
    "inspect.predict_batch": (
        "The batch is {got}, expected a number of images of at least 1.",
        "Batch bernilai {got}, seharusnya jumlah gambar minimal 1.",
    ),
    "inspect.predict_top": (
        "--top is {got}, expected a number of classes of at least 1.",
        "--top bernilai {got}, seharusnya jumlah kelas minimal 1.",
    ),
    "inspect.predict_list": ("the list on standard input", "daftar di masukan standar"),
    "inspect.predict_overlay": (
        "'{path}' classifies whole images, so there are no masks for --overlay to show. Leave it out.",
        "'{path}' mengklasifikasikan gambar utuh sehingga tidak ada mask untuk --overlay. Hilangkan pilihan ini.",
    ),
    "inspect.predict_overlay_same": (
        "--overlay and -o both name '{path}', but masks and overlays have the same names. Give two folders.",
        "--overlay dan -o sama-sama menyebut '{path}', padahal mask dan overlay bernama sama. Berikan dua folder.",
    ),
    # Runtimes
    "inspect.no_runtime": (
        "There is no runtime '{got}'. Give one of: {known}",
        "Tidak ada runtime '{got}'. Berikan salah satu dari: {known}",
    ),
    "inspect.no_runtimes": (
        "The model '{path}' needs ONNX Runtime or PyTorch to answer, and neither is installed. Install the smaller one with: pip install onnxruntime",
        "Model '{path}' memerlukan ONNX Runtime atau PyTorch untuk menjawab, dan keduanya belum terpasang. Pasang yang lebih kecil dengan: pip install onnxruntime",
    ),
    "inspect.onnx_run": (
        "'{path}' is not an exported model, and ONNX Runtime needs one. Write it with: alih export STUDY_FOLDER -o MODEL",
        "'{path}' bukan model hasil ekspor, padahal ONNX Runtime memerlukannya. Tulis dengan: alih export FOLDER_STUDI -o MODEL",
    ),
    "inspect.onnx_none": (
        "The model '{path}' holds no network for ONNX Runtime. {reason} Use --runtime torch.",
        "Model '{path}' tidak memuat jaringan untuk ONNX Runtime. {reason} Gunakan --runtime torch.",
    ),
    "inspect.read_as_colour": (
        "{count} of the images {count:is|are} gray and {count:was|were} read as colour, since the model reads colour. If it has not learnt from such images, do not rely on its answers for them.",
        "{count} gambar berskala abu-abu dan dibaca sebagai gambar berwarna, karena modelnya membaca warna. Bila model ini tidak belajar dari gambar seperti itu, jangan andalkan jawabannya.",
    ),
    "inspect.read_as_gray": (
        "{count} of the images {count:is|are} in colour and {count:was|were} turned to gray, since the model reads gray. If it has not learnt from such images, do not rely on its answers for them.",
        "{count} gambar berwarna dan diubah menjadi abu-abu, karena modelnya membaca skala abu-abu. Bila model ini tidak belajar dari gambar seperti itu, jangan andalkan jawabannya.",
    ),
    "inspect.look_ensemble": (
        "'{path}' is an ensemble of several networks, and a look is into one. Look into one of its replicates' run folders.",
        "'{path}' adalah ansambel dari beberapa jaringan, sedangkan yang dapat dilihat hanya satu jaringan. Lihat folder run salah satu ulangannya.",
    ),
    "inspect.int8_none": (
        "The model '{path}' holds no model.int8.onnx: {reason}",
        "Model '{path}' tidak memuat model.int8.onnx: {reason}",
    ),
    "inspect.int8_not_asked": (
        "it was exported without --int8. Export it again with --int8, or leave out --runtime int8.",
        "modelnya diekspor tanpa --int8. Ekspor ulang dengan --int8, atau hilangkan --runtime int8.",
    ),
    "inspect.int8_worse": (
        "The network of eight bits is decidedly worse than the one that it was made of. {told}",
        "Jaringan delapan bit ini terbukti lebih buruk daripada jaringan asalnya. {told}",
    ),
    "inspect.onnx_device": (
        "--runtime {runtime} computes on the processor; --device {got} needs --runtime torch.",
        "--runtime {runtime} menghitung di prosesor; --device {got} memerlukan --runtime torch.",
    ),
    "inspect.onnx_tile": (
        "The network for ONNX Runtime takes squares of {size} pixels; a tile of {got} needs --runtime torch.",
        "Jaringan untuk ONNX Runtime menerima persegi bersisi {size} piksel; ubin {got} memerlukan --runtime torch.",
    ),
    "inspect.predict_array": (
        "Image {index} is {got}. Expected the path of an image file, a PIL image, or an array uint8 [height, width], [height, width, 1] or [height, width, 3].",
        "Gambar {index} adalah {got}. Seharusnya jalur berkas gambar, gambar PIL, atau larik uint8 [tinggi, lebar], [tinggi, lebar, 1], atau [tinggi, lebar, 3].",
    ),
    "inspect.predict_out_folder": (
        "'{path}' is a folder, but this model classifies images: its answers are one file. Give -o FILE.csv or FILE.jsonl.",
        "'{path}' adalah folder, padahal model ini mengklasifikasikan gambar: jawabannya satu berkas. Berikan -o BERKAS.csv atau BERKAS.jsonl.",
    ),
    "inspect.predict_masks_out": (
        "This run answers with masks, which need a folder. Give -o FOLDER.",
        "Run ini menjawab dengan mask yang memerlukan folder. Berikan -o FOLDER.",
    ),
    "inspect.predict_masks_options": (
        "'{path}' answers with masks, one image at a time: --batch, --top and --all belong to models that classify. Leave them out.",
        "'{path}' menjawab dengan mask, satu gambar setiap kali: --batch, --top, dan --all hanya untuk model klasifikasi. Hilangkan pilihan itu.",
    ),
    "inspect.predict_masks_inside": (
        "The folder for masks '{out}' holds the images of '{path}' or lies among them, so masks could overwrite images. Give another folder.",
        "Folder mask '{out}' memuat gambar dari '{path}' atau berada di antaranya sehingga mask dapat menimpa gambar. Berikan folder lain.",
    ),
    "inspect.predict_no_images": (
        "No images found in {paths}. Give image files, or folders that contain some.",
        "Tidak ada gambar di {paths}. Berikan berkas gambar, atau folder yang memuatnya.",
    ),
    "inspect.predict_none": (
        "None of the {count} {count:image|images} can be used. The first: {first}",
        "Tidak satu pun dari {count} gambar dapat dipakai. Yang pertama: {first}",
    ),
    # Masks of images of any size
    "inspect.segment_no_masks": (
        "The run '{path}' classifies whole images; a mask needs a run of a study with `task: segmentation`. Name one of those.",
        "Run '{path}' mengklasifikasikan gambar utuh; mask memerlukan run dari studi dengan `task: segmentation`. Sebutkan run seperti itu.",
    ),
    "inspect.segment_options": (
        "--tile, --overlap and --scale say how a mask is made, but '{model}' gives none. Leave them out, or name a run of a study with `task: segmentation`.",
        "--tile, --overlap, dan --scale mengatur cara mask dibuat, padahal '{model}' tidak menghasilkan mask. Hilangkan, atau sebutkan run dari studi dengan `task: segmentation`.",
    ),
    "inspect.segment_tile": (
        "The tile is {got}. Give a number of pixels above 0, best the side of the training images (leave it out).",
        "Ubin bernilai {got}. Berikan jumlah piksel di atas 0, sebaiknya sisi gambar latih (hilangkan pilihan ini).",
    ),
    "inspect.segment_overlap": (
        "The overlap is {got}. Give a share of a tile from 0 to {most}.",
        "Tumpang tindih bernilai {got}. Berikan bagian ubin dari 0 sampai {most}.",
    ),
    "inspect.segment_scale": (
        "There is no scale '{got}'. Give fit (shrink to training size) or tiles (full resolution).",
        "Tidak ada skala '{got}'. Berikan fit (gambar diperkecil seperti gambar latih) atau tiles (resolusi aslinya).",
    ),
    "inspect.segment_fit_tile": (
        "A tile and an overlap belong to the scale `tiles`, but `fit` was asked for. Leave them out, or give `tiles`.",
        "Ubin dan tumpang tindih termasuk skala `tiles`, padahal diminta `fit`. Hilangkan, atau berikan `tiles`.",
    ),
    "inspect.max_pixels": (
        "The limit on pixels is {got}. Give a number above 0.",
        "Batas piksel bernilai {got}. Berikan bilangan di atas 0.",
    ),
    "inspect.image_too_large": (
        "'{path}' has {width} × {height} = {pixels} pixels, more than the limit of {limit}. If it is meant to be so large, give --max-pixels {pixels} (in Python `max_pixels={pixels}`); else make it smaller.",
        "'{path}' berukuran {width} × {height} = {pixels} piksel, melebihi batas {limit}. Jika memang sebesar itu, berikan --max-pixels {pixels} (di Python `max_pixels={pixels}`); jika tidak, perkecil gambarnya.",
    ),
    "inspect.col.model": ("model", "model"),
    "inspect.col.parameters": ("parameters", "parameter"),
    "inspect.scout.data": (
        "{name}: {images} {images:image|images} of {classes} {classes:class|classes} at {side} × {side} pixels; test images were left aside.",
        "{name}: {images} gambar dari {classes} kelas pada {side} × {side} piksel; gambar uji disisihkan.",
    ),
    "inspect.scout.note": (
        "Ranked by LogME. The probe is logistic regression on the features, accuracy on left-out images with its 95 % interval (n = {n}, {folds} folds). Larger is better everywhere; the other scores compare backbones on this set only.",
        "Diurutkan menurut LogME. Probe ialah regresi logistik pada fitur: akurasi pada gambar yang disisihkan dengan selang 95 % (n = {n}, {folds} lipatan). Makin besar makin baik; skor lain hanya membandingkan backbone pada himpunan ini.",
    ),
    "inspect.scout.missing": (
        "{model}: its weights are not here. Get them: {command}",
        "{model}: bobotnya belum ada di sini. Ambil dengan: {command}",
    ),
    "inspect.domains.measured": (
        "Measured on features of {model} at {side} × {side} pixels ({time}).",
        "Diukur pada fitur {model} pada {side} × {side} piksel ({time}).",
    ),
    "inspect.look.done": (
        "{stages} {stages:stage|stages}. Page: {path}",
        "{stages} tahap. Halaman: {path}",
    ),
    "inspect.look.page": ("Page: {path}", "Halaman: {path}"),
    "inspect.col.logme": ("LogME", "LogME"),
    "inspect.col.h_score": ("H-score", "H-score"),
    "inspect.col.leep": ("LEEP", "LEEP"),
    "inspect.col.nce": ("NCE", "NCE"),
    "inspect.col.probe": ("linear probe", "probe linear"),
    "inspect.col.multiply_adds": ("multiply-adds", "kali-tambah"),
    "inspect.col.latency": ("one image", "satu gambar"),
    "inspect.col.memory": ("memory", "memori"),
    "inspect.col.time_features": ("features", "fitur"),
    "inspect.scout.axis_cost": (
        "multiply-adds of one image, millions; area: parameters",
        "kali-tambah satu gambar, juta; luas: parameter",
    ),
    "inspect.scout.axis_accuracy": (
        "accuracy of a linear probe, 95 % interval",
        "akurasi probe linear, selang 95 %",
    ),
    "inspect.scout.figure": (
        "{name}: accuracy against cost at {side} × {side} pixels",
        "{name}: akurasi terhadap biaya pada {side} × {side} piksel",
    ),
    "inspect.scout.not_a_figure": (
        "'{path}' cannot be the name of a figure. End it with .png or .svg.",
        "'{path}' bukan nama untuk sebuah gambar. Akhiri dengan .png atau .svg.",
    ),
    "inspect.scout.written": ("Figure: {path}", "Gambar: {path}"),
    "inspect.scout.cost": (
        "Costs are those of one image of {side} × {side} pixels, ImageNet's head included: multiply-adds in millions, the time of a forward pass here, and the memory that fine-tuning takes (weights, gradients, activations; fp32).",
        "Biaya dihitung untuk satu gambar {side} × {side} piksel, termasuk kepala ImageNet: kali-tambah dalam juta, waktu satu umpan maju di mesin ini, dan memori untuk fine-tuning (bobot, gradien, aktivasi; fp32).",
    ),
    "inspect.look.mask": (
        "Mask ({width} × {height} pixels): {path}\n{shares}",
        "Mask ({width} × {height} piksel): {path}\n{shares}",
    ),
    **ADVICE_TEXT,
    **AUDIT_TEXT,
}
