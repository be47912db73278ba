"""Sentences about choosing an arm for a target without labels."""

CHOICE_TEXT: dict[str, tuple[str, str]] = {
    "verdicts.selector.information": ("information", "informasi"),
    "verdicts.selector.entropy": ("entropy", "entropi"),
    "verdicts.selector.weighted_accuracy": ("weighted source accuracy", "akurasi sumber berbobot"),
    "verdicts.selector.source": ("source validation", "validasi sumber"),
    "verdicts.selector.oracle": ("oracle (needs labels)", "oracle (perlu label)"),
    "verdicts.rejected.one-class": (
        "one class takes nearly all answers",
        "hampir semua jawaban satu kelas",
    ),
    "verdicts.rejected.classes-lost": ("classes are lost", "ada kelas yang hilang"),
    "verdicts.rejected.source-drop": ("source accuracy fell", "akurasi pada sumber turun"),
    "verdicts.choice.line": (
        "Choosing without target labels{at} ({metric} on the target's test images in brackets): {told}.",
        "Memilih tanpa label target{at} (dalam kurung: {metric} pada gambar uji target): {told}.",
    ),
    "verdicts.choice.picks": (
        "{selector} picks {arm} ({value}; in {same} of {of} {of:replicate|replicates} by itself)",
        "{selector} memilih {arm} ({value}; pada {same} dari {of} ulangan bila dipilih sendiri-sendiri)",
    ),
    "verdicts.choice.worth": (
        "{selector} (worth {n} {n:image|images} of equal weight)",
        "{selector} (senilai {n} gambar berbobot sama)",
    ),
    "verdicts.choice.none": (
        "{selector} picks none, since every arm has a rejected run or lacks the score",
        "{selector} tidak memilih apa pun karena semua varian memiliki run yang ditolak atau tidak memiliki skor ini",
    ),
    "verdicts.choice.rejected": (
        "{arm} is rejected in {n} of {of} {of:replicate|replicates} ({why})",
        "{arm} ditolak pada {n} dari {of} ulangan ({why})",
    ),
    "verdicts.choice.alone": (
        "{arm}, which learnt from the source alone, reaches {value}",
        "{arm}, yang hanya belajar dari sumber, mencapai {value}",
    ),
    "verdicts.choice.agree": ("The selectors agree.", "Semua cara memilih sepakat."),
    "verdicts.choice.agree_one": (
        "The selectors agree, but on one replicate alone.",
        "Semua cara memilih sepakat, tetapi hanya pada satu ulangan.",
    ),
    "verdicts.choice.differ": (
        "The selectors disagree, so a few labels of the target would be worth more than any of them.",
        "Cara memilih tidak sepakat; beberapa label target akan lebih berharga daripada cara mana pun.",
    ),
    "verdicts.choice.shared": (
        "Means and picks are over the {n} of {of} replicates that all arms have{at}.",
        "Rata-rata dan pilihan dihitung pada {n} dari {of} ulangan yang dimiliki semua varian{at}.",
    ),
    "verdicts.choice.apart": (
        "No replicate has finished in all arms, so the mean of each arm is over its own replicates{at}.",
        "Belum ada ulangan yang selesai pada semua varian, jadi rata-rata tiap varian dihitung pada ulangannya sendiri{at}.",
    ),
}
