"""Sentences of the room `reports`, third part: the page of `alih look`."""

LOOK_TEXT: dict[str, tuple[str, str]] = {
    "reports.look_title": ("What {model} sees in {file}", "Apa yang dilihat {model} pada {file}"),
    "reports.look_kicker": ("A look into a network", "Melihat ke dalam jaringan"),
    "reports.look_intro": (
        "One image passed through the network, stage by stage. Shallow stages answer to what any image has: edges, colours, textures. "
        "Deep stages answer to parts and whole objects, in few and coarse cells. What shallow stages see can be kept for another task; "
        "what deep stages see belongs more to the images that the network was trained on.",
        "Satu gambar dilewatkan pada jaringan, tahap demi tahap. Tahap dangkal menanggapi hal yang ada pada setiap gambar: tepian, warna, tekstur. "
        "Tahap dalam menanggapi bagian dan objek utuh, dalam sel yang sedikit dan kasar. Yang dilihat tahap dangkal dapat dipakai lagi untuk tugas lain; "
        "yang dilihat tahap dalam lebih terikat pada gambar yang dipakai melatih jaringan.",
    ),
    "reports.look_random": (
        "These weights are random: nothing has been learned. Edges still show, because any filter answers to them; compare with trained weights.",
        "Bobotnya acak: belum ada yang dipelajari. Tepian tetap tampak karena filter apa pun menanggapinya; bandingkan dengan bobot terlatih.",
    ),
    "reports.look_whole": (
        "The inside of this network cannot be cut into stages, so only its end is shown.",
        "Bagian dalam jaringan ini tidak dapat dipotong menjadi tahap, jadi hanya ujungnya yang ditampilkan.",
    ),
    "reports.look_network": ("Network", "Jaringan"),
    "reports.look_weights": ("Weights", "Bobot"),
    "reports.look_origin_imagenet": ("ImageNet", "ImageNet"),
    "reports.look_origin_none": ("random", "acak"),
    "reports.look_origin_file": ("file {source}", "berkas {source}"),
    "reports.look_origin_run": ("run {source}", "run {source}"),
    "reports.look_image": ("Image", "Gambar"),
    "reports.look_image_size": (
        "{file}, {width} × {height} pixels",
        "{file}, {width} × {height} piksel",
    ),
    "reports.look_input": ("Input of the network", "Masukan jaringan"),
    "reports.look_input_size": (
        "{height} × {width} × {channels}",
        "{height} × {width} × {channels}",
    ),
    "reports.look_input_alt": (
        "The image as the network receives it",
        "Gambar sebagaimana diterima jaringan",
    ),
    "reports.look_h_answer": ("What it takes the image for", "Gambar ini dikenali sebagai apa"),
    "reports.look_class": ("Class", "Kelas"),
    "reports.look_probability": ("Probability", "Probabilitas"),
    "reports.look_answer_caption": ("The most probable classes", "Kelas yang paling mungkin"),
    "reports.look_h_attention": ("Where it looks", "Bagian yang dilihat"),
    "reports.look_likeliest": ("the likeliest class", "kelas yang paling mungkin"),
    "reports.look_attention_note": (
        "Bright parts speak for “{name}” (Grad-CAM on the stage {stage}, {cells} cells). {outside} of the attention lies outside the central box "
        "of {centre} of each side; spread evenly it would be {even}. Much more than that points to something at the edge of the image, such as a "
        "mark or a border. The map shows what raised the score, not why.",
        "Bagian terang mendukung “{name}” (Grad-CAM pada tahap {stage}, {cells} sel). {outside} perhatiannya berada di luar kotak tengah "
        "yang sisinya {centre} dari sisi gambar; jika tersebar rata, porsinya {even}. Jauh di atas itu berarti ada sesuatu di tepi gambar, misalnya "
        "tulisan atau bingkai. Peta ini menunjukkan apa yang menaikkan skor, bukan alasannya.",
    ),
    "reports.look_attention_none": (
        "Nothing on the maps of the stage {stage} speaks for the likeliest class: it won because the others have less (Grad-CAM).",
        "Tidak ada bagian pada peta tahap {stage} yang mendukung kelas yang paling mungkin: kelas itu menang karena yang lain lebih lemah (Grad-CAM).",
    ),
    "reports.look_attention_alt": (
        "The parts of the image that speak for {name}",
        "Bagian gambar yang mendukung {name}",
    ),
    "reports.look_h_mask": ("The mask", "Mask"),
    "reports.look_mask_fit": (
        "The image was made as small as the network's training images were, and the answer brought back to the image's size.",
        "Gambar diperkecil seperti gambar latih jaringannya, lalu jawabannya dikembalikan ke ukuran gambar.",
    ),
    "reports.look_mask_tiles": (
        "The image was read at its own resolution: tiles {tile} pixels a side ({tiles} in all), overlapping by at least {overlap} of a tile and blended.",
        "Gambar dibaca pada resolusi aslinya: ubin bersisi {tile} piksel (seluruhnya {tiles}), bertumpang tindih sedikitnya {overlap} ubin dan dipadukan.",
    ),
    "reports.look_mask_size": (
        "The mask has {width} × {height} pixels.",
        "Mask berukuran {width} × {height} piksel.",
    ),
    "reports.look_mask_file": ("Mask (PNG)", "Mask (PNG)"),
    "reports.look_mask_overlay": ("Overlay (PNG)", "Tumpangan (PNG)"),
    "reports.look_mask_alt": ("The mask over the image: {shares}", "Mask di atas gambar: {shares}"),
    "reports.look_mask_caption": ("Pixels of each class", "Piksel tiap kelas"),
    "reports.look_mask_share": ("Share of pixels", "Porsi piksel"),
    "reports.look_masks_legend": ("Colours of the classes", "Warna kelas"),
    "reports.look_h_filters": ("Filters of the first layer", "Filter lapisan pertama"),
    "reports.look_filters_note": (
        "{shown} of {total} {total:filter|filters} of the layer {layer}, {size} pixels each. Gray is zero; a filter answers most where the image looks like it.",
        "{shown} dari {total} filter lapisan {layer}, masing-masing {size} piksel. Abu-abu berarti nol; filter paling menanggapi bagian gambar yang mirip dengannya.",
    ),
    "reports.look_filters_alt": (
        "{shown} {shown:filter|filters} of the layer {layer}, {size} pixels each",
        "{shown} filter lapisan {layer}, masing-masing {size} piksel",
    ),
    "reports.look_h_overview": ("From shallow to deep", "Dari dangkal ke dalam"),
    "reports.look_overview_note": (
        "Where each stage answers: root mean square over its channels, laid over the image; bright is strong. Each picture has its own scale.",
        "Di mana tiap tahap menanggapi: akar rata-rata kuadrat atas kanal-kanalnya, di atas gambarnya; terang berarti kuat. Tiap gambar memakai skala sendiri.",
    ),
    "reports.look_strength_alt": (
        "Where the stage {stage} answers most",
        "Bagian yang paling ditanggapi tahap {stage}",
    ),
    "reports.look_h_stages": ("Activation maps", "Peta aktivasi"),
    "reports.look_stages_note": (
        "The channels that vary most over the image, strongest first; each is scaled from its lowest to its highest value. "
        "Silent channels hardly vary over this image.",
        "Kanal yang paling beragam di sepanjang gambar, yang terkuat lebih dahulu; masing-masing diskalakan dari nilai terendah ke nilai tertinggi. "
        "Kanal diam hampir tidak berubah di sepanjang gambar ini.",
    ),
    "reports.look_maps_alt": (
        "{n} activation {n:map|maps} of the stage {stage}, values: {size} each",
        "{n} peta aktivasi tahap {stage}, masing-masing {size} nilai",
    ),
    "reports.look_vector_alt": (
        "All {n} {n:value|values} of the stage {stage}",
        "Ke-{n} nilai tahap {stage}",
    ),
    "reports.look_stage_note": (
        "{shape}; {parameters} parameters; {active} of the values are not zero; channels shown: {channels}; silent: {silent} of {total}.",
        "{shape}; {parameters} parameter; {active} dari nilainya tidak nol; kanal yang ditampilkan: {channels}; diam: {silent} dari {total}.",
    ),
    "reports.look_vector_note": (
        "{n} {n:value|values}, row by row; {parameters} parameters; {active} of the values are not zero.",
        "{n} nilai, baris demi baris; {parameters} parameter; {active} dari nilainya tidak nol.",
    ),
    "reports.look_footer": (
        "Made by alih. The pictures lie as PNG files beside this page.",
        "Dibuat oleh alih. Gambar-gambarnya tersedia sebagai berkas PNG di samping halaman ini.",
    ),
    # What a run of `match` took over
    "reports.look_match_title": (
        "What “{arm}” took over from {source}",
        "Yang diambil “{arm}” dari {source}",
    ),
    "reports.look_match_kicker": ("A look at learned transfer", "Melihat transfer yang dipelajari"),
    "reports.look_match_intro": (
        "While this network was trained, its feature maps were drawn to those of a frozen source network, for pairs of a source stage and a target stage. "
        "How much each pair and each channel of the source counted says what was transferred, and where to.",
        "Selama jaringan ini dilatih, peta fiturnya ditarik mendekati peta fitur jaringan sumber yang dibekukan, pada pasangan tahap sumber dan tahap target. "
        "Bobot tiap pasangan dan tiap kanal sumber menunjukkan apa yang dialihkan, dan ke mana.",
    ),
    "reports.look_match_source_arm": ("the arm “{name}”", "varian “{name}”"),
    "reports.look_match_source_network": ("{name}", "{name}"),
    "reports.look_match_start_none": ("random weights", "bobot acak"),
    "reports.look_match_run": ("Run", "Run"),
    "reports.look_match_network": ("Network", "Jaringan"),
    "reports.look_match_source": ("Source", "Sumber"),
    "reports.look_match_weights": ("Weights", "Bobot"),
    "reports.look_match_weights_uniform": (
        "equal for all pairs and channels",
        "sama untuk semua pasangan dan kanal",
    ),
    "reports.look_match_weights_channels": (
        "learnt for channels (L2T-w), equal for pairs",
        "dipelajari untuk kanal (L2T-w), sama untuk pasangan",
    ),
    "reports.look_match_weights_pairs_and_channels": (
        "learnt for pairs and channels (L2T-ww)",
        "dipelajari untuk pasangan dan kanal (L2T-ww)",
    ),
    "reports.look_match_sizes": ("Images", "Gambar"),
    "reports.look_match_sizes_told": (
        "{own} pixels a side; seen by the source at {source}",
        "bersisi {own} piksel; dilihat sumber pada {source}",
    ),
    "reports.look_match_h_moved": ("What moved where", "Apa yang berpindah ke mana"),
    "reports.look_match_most_uniform": (
        "All pairs and all channels counted equally (`weights: uniform`): nothing was learnt about what to transfer where. "
        "Farthest apart in the last epoch: {pairs}.",
        "Semua pasangan dan semua kanal berbobot sama (`weights: uniform`): tidak ada yang dipelajari tentang apa yang dialihkan ke mana. "
        "Yang paling jauh pada epoch terakhir: {pairs}.",
    ),
    "reports.look_match_most_channels": (
        "All pairs counted equally, only channels were weighted (`weights: channels`). Least even are the weights of {pairs}.",
        "Semua pasangan berbobot sama, hanya kanal yang diberi bobot (`weights: channels`). Yang bobotnya paling tidak merata: {pairs}.",
    ),
    "reports.look_match_most_pairs_and_channels": (
        "In the last epoch these pairs counted most: {pairs}.",
        "Pada epoch terakhir, pasangan yang paling berbobot: {pairs}.",
    ),
    "reports.look_match_most_nothing": (
        "In the last epoch the weight of every pair is 0: in the end nothing drew the network to its source.",
        "Pada epoch terakhir bobot semua pasangan 0: pada akhirnya tidak ada yang menarik jaringan ini ke sumbernya.",
    ),
    "reports.look_match_replicate": ("Replicate {n} alone.", "Hanya ulangan {n}."),
    "reports.look_match_table": ("Pairs of stages", "Pasangan tahap"),
    "reports.look_match_distance": (
        "Distance, epoch {first} → {last}",
        "Jarak, epoch {first} → {last}",
    ),
    "reports.look_match_distance_note": (
        "Distance: the mean squared difference between the source's map and the target's, mapped linearly; its scale is that of each source stage.",
        "Jarak: rata-rata kuadrat selisih antara peta sumber dan peta target yang dipetakan secara linear; skalanya mengikuti tiap tahap sumber.",
    ),
    "reports.look_match_h_channels": (
        "What these channels of the source show",
        "Apa yang ditampilkan kanal sumber ini",
    ),
    "reports.look_match_shown_uniform": (
        "Of the source stages that are farthest apart, the channels that vary most over these images: where all weights are equal, these matter most to the distance.",
        "Dari tahap sumber yang paling jauh, kanal yang paling beragam pada gambar ini: bila semua bobot sama, kanal inilah yang paling menentukan jarak.",
    ),
    "reports.look_match_shown_channels": (
        "Of the pairs whose channels are weighted least evenly, the channels of largest weight in the last epoch, as multiples of equal weights.",
        "Dari pasangan yang bobot kanalnya paling tidak merata, kanal dengan bobot terbesar pada epoch terakhir, sebagai kelipatan dari bobot yang sama rata.",
    ),
    "reports.look_match_shown_pairs_and_channels": (
        "Of the pairs that counted most, the channels of largest weight in the last epoch, as multiples of equal weights.",
        "Dari pasangan yang paling berbobot, kanal dengan bobot terbesar pada epoch terakhir, sebagai kelipatan dari bobot yang sama rata.",
    ),
    "reports.look_match_colours": (
        "Bright is where the frozen source's channel is high, on a scale of its own that is the same for all images; maps are enlarged smoothly.",
        "Terang berarti nilai kanal sumber yang dibekukan itu tinggi, dengan skala sendiri yang sama untuk semua gambar; peta diperbesar secara halus.",
    ),
    "reports.look_match_images": ("Images", "Gambar"),
    "reports.look_match_part_validation": (
        "{n} validation {n:image|images} of the study",
        "{n} gambar validasi dari studi ini",
    ),
    "reports.look_match_part_train": (
        "{n} training {n:image|images} of the study, which has no validation images",
        "{n} gambar latih dari studi ini, yang tidak memiliki gambar validasi",
    ),
    "reports.look_match_images_alt": (
        "{n} {n:image|images} as the network sees them",
        "{n} gambar sebagaimana dilihat jaringan",
    ),
    "reports.look_match_channel": ("Channel {number}", "Kanal {number}"),
    "reports.look_match_channel_alt": (
        "Channel {number} of the source stage {stage} over the images, {size} values each",
        "Kanal {number} dari tahap sumber {stage} di atas gambar, masing-masing {size} nilai",
    ),
    "reports.look_match_footer": (
        "Made by alih. The pictures lie as PNG files beside this page.",
        "Dibuat oleh alih. Gambar-gambarnya tersedia sebagai berkas PNG di samping halaman ini.",
    ),
}
