"""Sentences of the room `reports`: the section about two domains."""

ADAPT_TEXT: dict[str, tuple[str, str]] = {
    "reports.h_adaptation": ("Adaptation to the target", "Adaptasi ke target"),
    "reports.adapt_intro": (
        "Is a network that adapted to the target better there than one that learnt from the source alone, under the same preprocessing? Scores are of "
        "target test images. How near the domains lie says nothing about the classes: an arm can bring them together and still be worse.",
        "Apakah jaringan yang diadaptasi ke target lebih baik di sana daripada yang hanya belajar dari sumber, dengan prapemrosesan yang sama? Skor dihitung pada "
        "gambar uji target. Dekatnya kedua domain tidak menunjukkan apa pun tentang kelas: suatu varian dapat mendekatkan keduanya dan tetap lebih buruk.",
    ),
    "reports.adapt_caption": (
        "Gain over the source alone, and distance between the domains",
        "Perolehan dibandingkan dengan sumber saja, dan jarak antardomain",
    ),
    "reports.adapt_role_source": ("source alone", "sumber saja"),
    "reports.adapt_role_adapted": ("adapted", "diadaptasi"),
    "reports.adapt_role_target": ("labels of the target", "label target"),
    "reports.adapt_role_none": ("not trained here", "tidak dilatih di sini"),
    "reports.adapt_target": ("{metric}, target", "{metric}, target"),
    "reports.adapt_source": (
        "{metric}, source\u00a0(validation)",
        "{metric}, sumber\u00a0(validasi)",
    ),
    "reports.adapt_gain": ("Gain over source alone", "Perolehan dari sumber saja"),
    "reports.adapt_distance": ("A-distance", "Jarak A"),
    "reports.adapt_distance_note": (
        "A-distance (0 to 2): how well logistic regression tells held-out source images from target test images by what the head of the trained network "
        "reads ({images} images, half of each domain, cross-validation); 0: not at all, 2: every image. Mean over replicates; the range is that of "
        "other images. Source scores are of validation images, which may have chosen the epoch.",
        "Jarak A (0 sampai 2): seberapa baik regresi logistik membedakan gambar sumber yang disisihkan dari gambar uji target berdasarkan apa yang dibaca kepala "
        "jaringan terlatih ({images} gambar, separuh dari tiap domain, validasi silang); 0: tidak sama sekali, 2: setiap gambar. Rata-rata antarulangan; rentangnya "
        "berlaku untuk gambar lain. Skor sumber berasal dari gambar validasi, yang mungkin ikut memilih epoch.",
    ),
    "reports.adapt_not_compared": ("means only", "hanya rata-rata"),
    "reports.adapt_other_baseline": (
        "The baseline of this study is another arm than “{arm}”, so its verdicts are not about adaptation. Against the source alone: {command}",
        "Varian dasar studi ini bukan “{arm}”, jadi putusannya tidak menyangkut adaptasi. Terhadap sumber saja: {command}",
    ),
    "reports.adapt_indistinct": ("not to be told apart (50 %)", "tidak dapat dibedakan (50 %)"),
    "reports.adapt_domain_accuracy_title": (
        "Domain told right by the discriminator",
        "Domain yang dikenali diskriminator",
    ),
    "reports.adapt_domain_accuracy_alt": (
        "Share of training images whose domain the discriminator tells, over epochs. At the end: {ends}.",
        "Porsi gambar latih yang domainnya dikenali diskriminator, per epoch. Pada akhirnya: {ends}.",
    ),
    "reports.adapt_domain_accuracy_caption": (
        "Share of training images whose domain the discriminator tells; 50 %: it cannot. Mean of each epoch, replicates thin.",
        "Porsi gambar latih yang domainnya dikenali diskriminator; 50 %: tidak dapat dibedakan. Rata-rata tiap epoch, ulangan bergaris tipis.",
    ),
    "reports.adapt_accepted_title": (
        "Target images learnt from as answered",
        "Gambar target yang dipelajari dari jawaban sendiri",
    ),
    "reports.adapt_accepted_alt": (
        "Share of target images whose answer is sure enough to be learnt from, over epochs. At the end: {ends}.",
        "Porsi gambar target yang jawabannya cukup yakin untuk dipelajari, per epoch. Pada akhirnya: {ends}.",
    ),
    "reports.adapt_accepted_caption": (
        "Share of target images whose answer is sure enough to be learnt from as if it were true (pseudo-labels); whether it is true is not known in training.",
        "Porsi gambar target yang jawabannya cukup yakin untuk dipelajari seolah benar (label semu); benar tidaknya tidak diketahui saat pelatihan.",
    ),
    "reports.adapt_classes_title": (
        "Classes learnt from as answered: {arm}",
        "Kelas yang dipelajari dari jawaban sendiri: {arm}",
    ),
    "reports.adapt_classes_share": ("share of these answers", "porsi dari jawaban itu"),
    "reports.adapt_classes_alt": (
        "Share of each class in the answers that {arm} learnt from, over epochs. At the end the largest is {name}, with {share}.",
        "Porsi tiap kelas dalam jawaban yang dipelajari {arm}, per epoch. Pada akhirnya yang terbesar ialah {name}, sebesar {share}.",
    ),
    "reports.adapt_classes_caption": (
        "Share of each class in the pseudo-labels of an epoch (n = {n}). A row that darkens while others fade is a method settling on "
        "that class; a row that stays pale is a class that is never learnt from.",
        "Porsi tiap kelas dalam label semu suatu epoch (n = {n}). Baris yang menggelap saat baris lain memudar berarti metode itu terjebak "
        "pada kelas tersebut; baris yang tetap pucat ialah kelas yang tidak pernah dipelajari.",
    ),
    "reports.h_adapt_maps": ("Both domains on a map", "Kedua domain dalam satu peta"),
    "reports.adapt_maps_tsne": (
        "What the head of each network reads of held-out source images and of target test images, in two dimensions (t-SNE, perplexity 30, replicate 0). Only "
        "who lies beside whom has a meaning: sizes of clusters and distances between them have none, and maps of two arms are not to scale.",
        "Apa yang dibaca kepala tiap jaringan dari gambar sumber yang disisihkan dan gambar uji target, dalam dua dimensi (t-SNE, perplexity 30, ulangan 0). Hanya "
        "siapa berdampingan dengan siapa yang bermakna: besar gugus dan jarak antargugus tidak bermakna, dan peta dua varian tidak sama skalanya.",
    ),
    "reports.adapt_maps_pca": (
        "What the head of each network reads of held-out source images and of target test images: its first two principal components (replicate 0). Maps of two "
        "arms are not to scale.",
        "Apa yang dibaca kepala tiap jaringan dari gambar sumber yang disisihkan dan gambar uji target: dua komponen utamanya yang pertama (ulangan 0). Peta dua "
        "varian tidak sama skalanya.",
    ),
    "reports.adapt_maps_classes": (
        "On the right by true class; labels of the target are used for this display alone, after the end of training. Where crosses of a class lie among dots of "
        "another, they are mostly answered wrongly.",
        "Di kanan menurut kelas sebenarnya; label target hanya dipakai untuk tampilan ini, sesudah pelatihan selesai. Tanda silang suatu kelas yang berada di antara titik "
        "kelas lain kebanyakan dijawab keliru.",
    ),
    "reports.adapt_by_domain": ("By domain", "Menurut domain"),
    "reports.adapt_by_class": ("By true class", "Menurut kelas sebenarnya"),
    "reports.adapt_map_source": ("source", "sumber"),
    "reports.adapt_map_target": ("target", "target"),
    "reports.adapt_map_score": ("{metric} on the target {score}.", "{metric} pada target {score}."),
    "reports.adapt_map_told": (
        "{metric} on the target {score}, A-distance {distance}.",
        "{metric} pada target {score}, jarak A {distance}.",
    ),
    "reports.adapt_map_alt": (
        "Map of source and target images for {arm}. {told}",
        "Peta gambar sumber dan target untuk {arm}. {told}",
    ),
    "reports.adapt_confusion": (
        "Confusions on target images, arm by arm: under",
        "Kekeliruan pada gambar target, varian demi varian: di bagian",
    ),
}
