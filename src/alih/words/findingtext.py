"""Sentences of the room `verdicts`, second part: what was found about finished runs."""

FINDING_TEXT: dict[str, tuple[str, str]] = {
    "verdicts.all_arms": ("All arms", "Semua varian"),
    "verdicts.of_arms": ("{arms} – {sentence}", "{arms} – {sentence}"),
    "verdicts.muted": (
        "{n} {n:finding is|findings are} muted by the study (`mute`).",
        "{n} temuan disembunyikan oleh studi ini (`mute`).",
    ),
    "verdicts.all_changed": (
        "There is nothing to compare: {n:the finished cell was|all {n} finished cells were} computed for settings that the study no longer "
        "has. `alih status {root!q}` says what changed; undo it, or compute them again: {command}",
        "Belum ada yang dapat dibandingkan: semua {n} sel yang selesai dihitung untuk pengaturan yang tidak lagi dimiliki studi ini. "
        "`alih status {root!q}` menunjukkan apa yang berubah; kembalikan, atau hitung ulang: {command}",
    ),
    "verdicts.changed": (
        "{n} finished {n:cell does|cells do} not count, being computed for settings that the study no longer has. `alih status {root!q}` "
        "says what changed; `{command}` computes {n:it|them} again.",
        "{n} sel yang selesai tidak dihitung karena berasal dari pengaturan yang tidak lagi dimiliki studi ini. `alih status {root!q}` "
        "menunjukkan apa yang berubah; `{command}` menghitungnya lagi.",
    ),
    "verdicts.images_changed": (
        "The study's images have changed since its cells were computed: {changes}. Everything here holds for the images as they were; "
        "for a verdict on those of today, compute the study anew in a folder of its own: {command} --out NEW_FOLDER",
        "Gambar studi ini sudah berubah sejak sel-selnya dihitung: {changes}. Semua hasil di sini berlaku untuk gambar seperti semula; "
        "untuk putusan tentang gambar yang sekarang, hitung ulang studi di folder tersendiri: {command} --out FOLDER_BARU",
    ),
    "verdicts.identical_replicates": (
        "{arms}: of {n} replicates only {counted} {counted:differs|differ}; the others give exactly the same answers, so they are copies "
        "of one run and count once ({groups}). Check that the seed reaches the training, and that no run folder was copied; then run "
        "the copies again.",
        "{arms}: dari {n} ulangan hanya {counted} yang berbeda; yang lain memberikan jawaban yang persis sama, jadi merupakan salinan "
        "satu pelatihan dan dihitung sekali ({groups}). Periksa apakah seed sampai ke pelatihan dan apakah ada folder run yang disalin; "
        "lalu jalankan ulang salinannya.",
    ),
    "verdicts.identical_seeds": (
        "{arms}: of {n} seeds only {counted} {counted:differs|differ}; the others have exactly the same scores on every item, so they are "
        "copies of one run and count once ({groups}). Check that the seed reached the training, and that no file was read twice.",
        "{arms}: dari {n} seed hanya {counted} yang berbeda; yang lain memiliki skor yang persis sama pada setiap butir, jadi merupakan "
        "salinan satu pelatihan dan dihitung sekali ({groups}). Periksa apakah seed sampai ke pelatihan dan apakah ada berkas yang "
        "terbaca dua kali.",
    ),
    "verdicts.no_spread": (
        "{arms}: all {n} replicates have the same total ({value}) although their answers differ, which chance hardly gives. Check that "
        "every replicate was scored by itself, and that no mean over replicates was written into each of them.",
        "{arms}: semua {n} ulangan memiliki nilai total yang sama ({value}) padahal jawabannya berbeda, yang hampir tidak mungkin "
        "kebetulan. Periksa apakah setiap ulangan dinilai sendiri-sendiri, dan bukan rata-ratanya yang dituliskan pada tiap ulangan.",
    ),
    "verdicts.at_chance": (
        "{arms}: {runs} of {n} replicates ended at chance on test images ({scores}), the others did not, so a mean over them describes "
        "none. Look at the learning curves: train longer where the loss still falls, else try a learning rate ten times smaller or a warm-up; and report how often it happens.",
        "{arms}: {runs} dari {n} ulangan berakhir setara tebakan acak pada gambar uji ({scores}), sedangkan yang lain tidak, jadi rata-ratanya "
        "tidak menggambarkan satu pun. Lihat kurva pembelajarannya: latih lebih lama bila loss masih turun, kalau tidak, coba laju pembelajaran sepuluh kali lebih kecil atau pemanasan; dan laporkan seberapa sering ini terjadi.",
    ),
    "verdicts.adaptation_hurts": (
        "Adaptation hurts ({arms}): target images are answered decidedly worse than by {baseline}, which learnt from the source alone. "
        "Use the network of the source alone, or adapt less: a smaller weight of the domain term, or some labels of the target.",
        "Adaptasi merugikan ({arms}): gambar target dijawab jelas lebih buruk daripada oleh {baseline}, yang hanya belajar dari sumber. "
        "Pakailah jaringan yang hanya belajar dari sumber, atau kurangi adaptasinya: perkecil bobot suku domain, atau sediakan beberapa label target.",
    ),
    "verdicts.constant_answers": (
        "{arms}: {runs} of {n} {n:replicate answers|replicates answer} {classes} for (nearly) every test image, so the images play no part. "
        "Look at the learning curves: train longer where the loss still falls, else try a learning rate ten times smaller or `class_weights: balanced`, and check the labels.",
        "{arms}: {runs} dari {n} ulangan menjawab {classes} untuk (hampir) setiap gambar uji, jadi gambarnya tidak berperan. Lihat kurva "
        "pembelajarannya: latih lebih lama bila loss masih turun, kalau tidak, coba laju pembelajaran sepuluh kali lebih kecil atau `class_weights: balanced`, dan periksa labelnya.",
    ),
    "verdicts.constant_rows": (
        "{arms}: {runs} of {n} {n:seed answers|seeds answer} {classes} for every item although the labels differ; seeds that answer alike count once. Check that predictions of "
        "the right model and the right column were written; if they were, the model has collapsed, and a verdict about it says little.",
        "{arms}: {runs} dari {n} seed menjawab {classes} untuk setiap butir padahal labelnya berbeda; seed yang menjawab sama dihitung sekali. Periksa apakah prediksi berasal dari "
        "model dan kolom yang benar; bila ya, modelnya gagal, dan putusan tentangnya tidak banyak berarti.",
    ),
    "verdicts.percent_and_shares": (
        "{percent}: scores up to {most}, {shares}: none above 1. Probably these are per cent beside shares, so that the verdict compares the "
        "units. Divide the scores in per cent by 100, then ask again.",
        "{percent}: skor sampai {most}; {shares}: tidak ada yang di atas 1. Mungkin ini persen di samping pecahan, sehingga "
        "putusan ini membandingkan satuannya. Bagi skor persen dengan 100, lalu ajukan lagi.",
    ),
    "verdicts.identical_arms": (
        "{arms} give exactly the same answers in every replicate: what differs between them did not reach the training. Check that the keys "
        "that differ are ones that these arms use (`alih plan`).",
        "{arms} memberikan jawaban yang persis sama pada setiap ulangan: perbedaan di antaranya tidak sampai ke pelatihan. Periksa apakah "
        "kunci yang berbeda memang dipakai oleh varian ini (`alih plan`).",
    ),
    "verdicts.identical_tables": (
        "{arms} have exactly the same scores on every item and seed. Check that the file does not hold one arm under several names.",
        "{arms} memiliki skor yang persis sama pada setiap butir dan seed. Periksa apakah berkas tidak memuat satu varian dengan beberapa "
        "nama.",
    ),
    "verdicts.groups_asked": (
        "Columns that may say which of the {items} items belong together (different values): {columns}. Images of one patient are not independent: "
        "if they do belong together, give --group {column!q}, or the ranges are too narrow; if not, --no-group.",
        "Kolom yang mungkin menyatakan butir mana dari {items} butir yang satu kelompok (banyaknya nilai): {columns}. Citra dari satu pasien tidak saling "
        "bebas: bila memang satu kelompok, beri --group {column!q}, tanpa itu rentangnya terlalu sempit; bila tidak, --no-group.",
    ),
    "verdicts.one_group": (
        "All test images belong to one group. The ranges say nothing about other groups, and a verdict about those takes at least {least}.",
        "Semua gambar uji termasuk satu kelompok. Rentangnya tidak mengatakan apa pun tentang kelompok lain, dan putusan tentang kelompok lain memerlukan sedikitnya {least}.",
    ),
    "verdicts.few_groups": (
        "The test images come from only {n} groups. The ranges allow for other groups, but a verdict about those takes at least {least}.",
        "Gambar uji hanya berasal dari {n} kelompok. Rentangnya mencakup kelompok lain, tetapi putusan tentang kelompok lain memerlukan sedikitnya {least} kelompok.",
    ),
    "verdicts.collapse_on_test": (
        "{arms}: {metric} is {score_validation} on validation images but {score_test} on test images, where {share} of the answers are "
        "one class ({classes}). The test images reach the network differently: look at how they are read and normalised (size, channels, "
        "value range), at another source or camera (`alih domains`), and at the labels of the test part.",
        "{arms}: {metric} mencapai {score_validation} pada gambar validasi tetapi hanya {score_test} pada gambar uji, dengan {share} "
        "jawaban berupa satu kelas ({classes}). Gambar uji sampai ke jaringan dengan cara yang berbeda: periksa pembacaan dan "
        "normalisasinya (ukuran, kanal, rentang nilai), sumber atau kamera yang lain (`alih domains`), dan label bagian uji.",
    ),
    "verdicts.collapse_on_target": (
        "{arms}: {metric} is {score_validation} on validation images of the source but {score_test} on the target, where {share} of the "
        "answers are one class ({classes}). A large shift of domains does that by itself. Make sure once that both domains are read alike "
        "(size, colours, which of paper and ink is dark: `alih domains`); then a method that adapts, or a few labels of the target, are "
        "what may help.",
        "{arms}: {metric} mencapai {score_validation} pada gambar validasi sumber tetapi hanya {score_test} pada target, dengan {share} "
        "jawaban berupa satu kelas ({classes}). Pergeseran domain yang besar saja dapat menyebabkannya. Pastikan dahulu kedua domain dibaca "
        "dengan cara yang sama (ukuran, warna, mana yang gelap antara latar dan objek: `alih domains`); sesudah itu yang dapat menolong ialah "
        "metode adaptasi atau beberapa label target.",
    ),
    "verdicts.collapse_of_adaptation": (
        "{arms}: {metric} is {score_validation} on validation images of the source but {score_test} on the target, where {share} of the "
        "answers are one class ({classes}). The adaptation has settled on it, or began with a network that answers so already: look at the "
        "arm of the source alone. Try a smaller `weight`, a longer `warmup` where there is one, a start `from` an arm that works better "
        "there, or a few labels of the target.",
        "{arms}: {metric} mencapai {score_validation} pada gambar validasi sumber tetapi hanya {score_test} pada target, dengan {share} "
        "jawaban berupa satu kelas ({classes}). Adaptasi terjebak pada kelas itu, atau dimulai dari jaringan yang memang sudah menjawab "
        "begitu: lihat varian yang hanya belajar dari sumber. Coba `weight` yang lebih kecil, `warmup` yang lebih lama bila ada, mulai "
        "(`from`) dari varian yang hasilnya lebih baik di sana, atau beberapa label target.",
    ),
    "verdicts.test_differs": (
        "{arms}: {metric} is {score_validation} on validation images but {score_test} on test images, far more than chance. Test images "
        "look different from validation images, or are labelled differently: compare them with `alih domains`, and check how the parts "
        "were made.",
        "{arms}: {metric} mencapai {score_validation} pada gambar validasi tetapi hanya {score_test} pada gambar uji, jauh melebihi "
        "kebetulan. Gambar uji tampak berbeda dari gambar validasi, atau labelnya berbeda: bandingkan dengan `alih domains`, dan periksa "
        "cara bagian data dibuat.",
    ),
    "verdicts.no_better": ("{rows} {meaning}", "{rows} {meaning}"),
    "verdicts.cannot_tell": (
        "{rows} More replicates or test images would tell.",
        "{rows} Ulangan atau gambar uji yang lebih banyak dapat memastikannya.",
    ),
    "verdicts.cannot_tell_row": (
        "{arm}: {metric} {mean} on the test split cannot be told from {answers}.",
        "{arm}: {metric} {mean} pada data uji tidak dapat dibedakan dari {answers}.",
    ),
    "verdicts.answer": ("{name} ({value})", "{name} ({value})"),
    "verdicts.answer_range": (
        "{name} ({value}; the true difference may lie between {low} and {high})",
        "{name} ({value}; selisih sebenarnya mungkin antara {low} dan {high})",
    ),
    "verdicts.one_replicate": (
        "One replicate cannot tell the method from the luck of one training run, so there is no verdict. Run three: {command}",
        "Satu ulangan tidak dapat membedakan pengaruh metode dari kebetulan satu kali pelatihan, jadi belum ada putusan. Jalankan tiga: "
        "{command}",
    ),
    "verdicts.several_factors": ("{meaning} {rows}", "{meaning} {rows}"),
    "verdicts.several_factors_meaning": (
        "Arms differ from the baseline in several things, so the effect cannot be attributed to one of them.",
        "Varian berbeda dari varian dasar dalam beberapa hal, jadi pengaruhnya tidak dapat dikaitkan dengan salah satunya saja.",
    ),
    "verdicts.factors_of": ("{arm}: {factors}.", "{arm}: {factors}."),
    "verdicts.paper_protocol": (
        "This study repeats a publication's protocol, in which the test split was looked at after every epoch. Its scores are not those of "
        "unseen images.",
        "Studi ini mengulang protokol sebuah publikasi yang melihat data uji setelah setiap epoch. Skornya bukan skor untuk gambar yang "
        "belum pernah dilihat.",
    ),
    "verdicts.transductive": (
        "{arms}: the method reads the test images without their labels (transductive); compare it with methods of the same kind.",
        "{arms}: metode ini membaca gambar uji tanpa labelnya (transduktif); bandingkan dengan metode sejenis.",
    ),
    "verdicts.oracle": (
        "{arms}: learnt from all labels of the target, also those that this study grants to no other arm. It is an upper bound, to see what the "
        "labels would be worth; as a method it is no candidate.",
        "{arms}: belajar dari semua label target, termasuk yang tidak diberikan kepada varian lain dalam studi ini. Ini batas atas, untuk melihat "
        "seberapa berharga label itu; sebagai metode ia bukan calon.",
    ),
    "verdicts.no_seed": (
        "{arms}: no seed changes the result, so it was computed once and its verdicts are over test images only.",
        "{arms}: hasilnya tidak berubah karena seed sehingga dihitung sekali, dan putusannya hanya atas gambar uji.",
    ),
    "verdicts.mixed_machines": (
        "Some runs were continued on a machine that computes differently; small differences between replicates may come from that.",
        "Sebagian run dilanjutkan pada mesin yang menghitung secara berbeda; selisih kecil antarulangan dapat berasal dari hal itu.",
    ),
    "verdicts.classes_left_out": (
        "{arm} knows {known} of {classes} classes ({coverage}). It never predicts {names}, so at most {ceiling} of the test images can be "
        "right. Nothing was trained.",
        "{arm} mengenal {known} dari {classes} kelas ({coverage}). Model ini tidak pernah memprediksi {names}, jadi paling banyak {ceiling} "
        "gambar uji dapat benar. Tidak ada yang dilatih.",
    ),
    "verdicts.classes_covered": (
        "{arm}: the model's own classes stand for all {classes} classes of the task; nothing was trained.",
        "{arm}: kelas-kelas model itu sendiri mewakili seluruh {classes} kelas tugas; tidak ada yang dilatih.",
    ),
    "verdicts.looked_before": (
        "This is look {n}: the results were judged before, with fewer runs or other settings. Each look spends a part of the allowed error, so this verdict is "
        "held to a stricter level.",
        "Ini pengamatan ke-{n}: hasil sudah pernah dinilai, dengan run yang lebih sedikit atau setelan lain. Setiap pengamatan memakai sebagian dari galat "
        "yang diizinkan, sehingga putusan ini memakai taraf yang lebih ketat.",
    ),
}
