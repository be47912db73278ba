"""Which methods of adaptation `alih domains` would try first, and why."""

ADVICE_TEXT: dict[str, tuple[str, str]] = {
    "inspect.domains.first": (
        "What to try first, in this order:",
        "Yang dicoba lebih dahulu, menurut urutan ini:",
    ),
    "inspect.domains.write": (
        "The same as a study that can be run: add -o FILE.yaml.",
        "Untuk mendapatkannya sebagai studi yang siap dijalankan: tambahkan -o BERKAS.yaml.",
    ),
    "inspect.domains.written": (
        "Study: {path}. Next: alih plan {path!q}",
        "Studi: {path}. Selanjutnya: alih plan {path!q}",
    ),
    "inspect.domains.title": (
        "From {source} to {target}: which adaptation helps?",
        "Dari {source} ke {target}: adaptasi mana yang membantu?",
    ),
    "inspect.domains.bound": (
        "upper bound (oracle): needs all labels of the target",
        "batas atas (oracle): memerlukan semua label target",
    ),
    "inspect.domains.not_yaml": (
        "-o got '{path}', expected the name of a study that is not there yet: FILE.yaml.",
        "-o diisi '{path}'; seharusnya nama studi yang belum ada: BERKAS.yaml.",
    ),
    "inspect.domains.classes_differ": (
        "No study can be written for these two sets as they are: {why}",
        "Untuk kedua himpunan ini, studi belum dapat ditulis: {why}",
    ),
    "inspect.domains.no_study_classes": (
        "No study was written and nothing was measured: {why} For other classes, write a study for the target alone (alih new NAME --data FOLDER).",
        "Studi tidak ditulis dan tidak ada yang diukur: {why} Untuk kelas yang lain, tulis studi untuk target saja (alih new NAMA --data FOLDER).",
    ),
    "inspect.domains.no_study": (
        "No study was written: a study of two domains needs the same classes, of the same names, on both sides, and '{source}' and '{target}' do not have "
        "them. Rename folders of the same meaning or name the common classes under `classes`; for other classes, write a study for the target alone "
        "(alih new NAME --data FOLDER).",
        "Studi tidak ditulis: studi dua domain memerlukan kelas yang sama dengan nama yang sama di kedua sisi, sedangkan '{source}' dan '{target}' tidak "
        "memilikinya. Samakan nama folder yang artinya sama atau sebutkan kelas yang dimiliki bersama pada `classes`; untuk kelas yang lain, tulis studi untuk "
        "target saja (alih new NAMA --data FOLDER).",
    ),
    "inspect.advice.source_only": (
        "learns from the source's labels and is used on the target as it is: what every method has to beat",
        "belajar dari label sumber dan langsung dipakai pada target: inilah yang harus dikalahkan setiap metode",
    ),
    "inspect.advice.mcc": (
        "one term in the loss and no second network: first or among the first in published comparisons on digits and on Office-Home",
        "cukup satu suku tambahan pada loss tanpa jaringan kedua: teratas atau termasuk yang teratas pada perbandingan terbitan untuk digit dan Office-Home",
    ),
    "inspect.advice.shot_im": (
        "as simple, and adapts with target images alone; its authors report 97.7 % from MNIST to USPS, where the source alone gives 79.7 %",
        "sama sederhananya, dan beradaptasi hanya dengan gambar target; penulisnya melaporkan 97,7 % dari MNIST ke USPS, sedangkan sumber saja 79,7 %",
    ),
    "inspect.advice.deep_coral": (
        "aligns the covariances of both domains' features: a simple alignment that seldom does harm",
        "menyelaraskan kovarians fitur kedua domain: penyelarasan sederhana yang jarang merugikan",
    ),
    "inspect.advice.dan": (
        "aligns the kernel means of both domains' features: a second opinion on alignment",
        "menyelaraskan rata-rata kernel fitur kedua domain: pendapat kedua tentang penyelarasan",
    ),
    "inspect.advice.advent": (
        "makes the entropies of both domains' masks hard to tell apart",
        "membuat entropi mask kedua domain sulit dibedakan",
    ),
    "inspect.advice.self_training": (
        "learns target images with the classes that the network surely answers",
        "mempelajari gambar target dengan kelas yang dijawab jaringan dengan yakin",
    ),
    "inspect.advice.dann": (
        "makes the features of both domains hard to tell apart, for masks as for classes",
        "membuat fitur kedua domain sulit dibedakan, untuk mask maupun kelas",
    ),
    "inspect.advice.coral": (
        "logistic regression on features of the frozen network, those of the source brought to the target's covariance: seconds, and few images will do",
        "regresi logistik pada fitur jaringan beku, dengan fitur sumber dibawa ke kovarians target: hitungan detik, dan gambar sedikit pun cukup",
    ),
    "inspect.advice.easytl": (
        "the nearest class mean after the same alignment: nothing to choose, nothing to train",
        "rata-rata kelas terdekat setelah penyelarasan yang sama: tidak ada yang perlu dipilih atau dilatih",
    ),
    "inspect.advice.target": (
        "learns from the target's labels alone: shows what the source adds",
        "belajar dari label target saja: menunjukkan apa yang ditambahkan sumber",
    ),
    "inspect.advice.joint": (
        "learns from the labels of both: several published methods do not beat it once there are labels of the target",
        "belajar dari label keduanya: beberapa metode terbitan tidak mengalahkannya begitu target memiliki label",
    ),
    "inspect.advice.source_target": (
        "learns the source first, then continues with the target's labels",
        "mempelajari sumber lebih dahulu, lalu melanjutkan dengan label target",
    ),
    "inspect.advice.mme": (
        "made for few labels of the target: learns from its unlabelled images as well",
        "dibuat untuk label target yang sedikit: juga belajar dari gambar target tanpa label",
    ),
    "inspect.advice.close": (
        "The domains are hard to tell apart (A-distance {distance}; up to {limit} counts as close): `source-only` is probably enough. The study tests that.",
        "Kedua domain sulit dibedakan (jarak-A {distance}; sampai {limit} dianggap dekat): `source-only` mungkin sudah cukup. Studi ini mengujinya.",
    ),
    "inspect.advice.uneven": (
        "The target's classes seem to be unequally frequent: answers of a classifier of the source are {share} away from equal shares, of which its own doubts explain "
        "{doubt}. {arms} takes classes to be equally frequent, so it comes last.",
        "Kelas di target tampaknya tidak sama seringnya: jawaban pengklasifikasi sumber berselisih {share} dari porsi yang sama besar, dan keraguannya sendiri hanya "
        "menjelaskan {doubt}. {arms} menganggap semua kelas sama seringnya, jadi ditaruh terakhir.",
    ),
    "inspect.advice.moved": (
        "The classes seem to have other shares than in the source: by answers of a classifier of the source, {share} of the images would have to change their class, of "
        "which its own doubts explain {doubt}. Beware of {arms}, which would then align images of different classes.",
        "Porsi kelas tampaknya lain dari sumber: menurut jawaban pengklasifikasi sumber, {share} gambar harus berganti kelas agar sama, dan keraguannya sendiri hanya "
        "menjelaskan {doubt}. Waspadai {arms}, yang akan menyelaraskan gambar dari kelas yang berbeda.",
    ),
    "inspect.advice.batch": (
        "The target has {images} training {images:image|images}, fewer than a batch of {batch}: batches are smaller, and what is estimated from one is rough.",
        "Target memiliki {images} gambar latih, kurang dari satu batch berisi {batch}: batch menjadi lebih kecil, dan taksiran dari satu batch menjadi kasar.",
    ),
    "inspect.advice.features": (
        "The target has {images} training {images:image|images}, fewer than {few}: a classifier on features of a frozen network needs fewest images and costs seconds.",
        "Target memiliki {images} gambar latih, kurang dari {few}: pengklasifikasi pada fitur jaringan beku memerlukan gambar paling sedikit dan selesai dalam hitungan detik.",
    ),
    "inspect.advice.backbone": (
        "A better pretrained network is worth more than a method: on Office-Home a ViT-B/16 of the source alone reaches 75.0 %, more than any of seven methods with "
        "ResNet-50 (at most 72.4 %). Ask `alih scout` as well.",
        "Jaringan pralatih yang lebih baik lebih berharga daripada metode: pada Office-Home, ViT-B/16 dari sumber saja mencapai 75,0 %, melebihi ketujuh metode dengan "
        "ResNet-50 (paling tinggi 72,4 %). Coba juga `alih scout`.",
    ),
    "inspect.advice.no_backbone": (
        "The images are too small for a pretrained backbone; the study uses a small network from random weights.",
        "Gambarnya terlalu kecil untuk backbone pralatih; studi ini memakai jaringan kecil dari bobot acak.",
    ),
}
