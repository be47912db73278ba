"""Sentences of the room `reports`, for segmentation: masks, classes of pixels, published numbers of unstated averaging."""

SEGMENT_TEXT: dict[str, tuple[str, str]] = {
    "reports.metric_iou": ("IoU", "IoU"),
    "reports.metric_dice": ("Dice", "Dice"),
    # Pictures
    "reports.masks_h_pictures": ("Predicted masks", "Mask prediksi"),
    "reports.masks_pictures_intro": (
        "Up to 24 {images}, drawn at random and the same for all arms, with the predictions of replicate 0. IoU is that image's mean over "
        "the classes that it or its prediction holds.",
        "Paling banyak 24 {images}, diambil acak dan sama bagi semua varian, dengan prediksi ulangan 0. IoU adalah rata-rata gambar itu "
        "atas kelas yang ada di gambarnya atau di prediksinya.",
    ),
    "reports.masks_no_pictures": (
        "The pictures of this study are not in its folder (`pictures/`), so masks cannot be shown.",
        "Gambar untuk studi ini tidak ada di foldernya (`pictures/`), jadi mask tidak dapat ditampilkan.",
    ),
    "reports.masks_legend": ("Classes", "Kelas"),
    "reports.masks_legend_errors": ("Errors", "Kesalahan"),
    "reports.masks_ignored": ("ignored", "diabaikan"),
    "reports.masks_missed": ("missed: taken for the background", "terlewat: dikira latar belakang"),
    "reports.masks_added": (
        "added: background taken for something",
        "ditambahkan: latar belakang dikira sesuatu",
    ),
    "reports.masks_wrong_class": ("taken for another class", "dikira kelas lain"),
    "reports.masks_h_disputed": ("What the arms dispute most", "Yang paling berbeda antarvarian"),
    "reports.masks_disputed_caption": (
        "Images on which the predictions of the arms differ in the largest share of pixels",
        "Gambar yang prediksi antarvariannya berbeda pada porsi piksel terbesar",
    ),
    "reports.masks_h_arm": (
        "Best, median and worst image of each arm",
        "Gambar terbaik, median, dan terburuk tiap varian",
    ),
    "reports.masks_arm_caption": (
        "{arm}: best, median and worst by IoU ({images}: {n})",
        "{arm}: yang terbaik, median, dan terburuk menurut IoU ({images}: {n})",
    ),
    "reports.masks_h_test": (
        "The test images that are segmented worst",
        "Gambar uji dengan segmentasi terburuk",
    ),
    "reports.masks_test_caption": (
        "{arm}: the lowest IoU on the test split, replicate 0; masks predicted anew by its model",
        "{arm}: IoU terendah pada data uji, ulangan 0; mask diprediksi kembali oleh modelnya",
    ),
    "reports.masks_item_head": ("Item", "Butir"),
    "reports.masks_best": ("Best", "Terbaik"),
    "reports.masks_median": ("Median", "Median"),
    "reports.masks_worst": ("Worst", "Terburuk"),
    "reports.masks_input": ("Image", "Gambar"),
    "reports.masks_true_mask": ("True mask", "Mask sebenarnya"),
    "reports.masks_prediction": ("Prediction", "Prediksi"),
    "reports.masks_overlay": ("Over the image", "Di atas gambar"),
    "reports.masks_errors": ("Errors", "Kesalahan"),
    "reports.masks_item": ("Item {item}", "Butir {item}"),
    "reports.masks_iou": ("IoU {iou}", "IoU {iou}"),
    "reports.masks_note": ("item {item}, IoU {iou}", "butir {item}, IoU {iou}"),
    "reports.masks_differ": (
        "arms differ on {share} of the pixels",
        "varian berbeda pada {share} piksel",
    ),
    "reports.masks_alt_input": ("Image {item} ({images})", "Gambar {item} ({images})"),
    "reports.masks_alt_true": (
        "True mask of image {item}: {shares}",
        "Mask sebenarnya gambar {item}: {shares}",
    ),
    "reports.masks_alt_prediction": (
        "Mask predicted by {arm} for image {item}: {shares}",
        "Mask prediksi {arm} untuk gambar {item}: {shares}",
    ),
    "reports.masks_alt_overlay": (
        "Image {item} with the mask predicted by {arm} over it: {shares}",
        "Gambar {item} dengan mask prediksi {arm} di atasnya: {shares}",
    ),
    "reports.masks_alt_errors": (
        "Errors of {arm} in image {item}: {share} of the pixels",
        "Kesalahan {arm} pada gambar {item}: {share} piksel",
    ),
    # Classes
    "reports.masks_iou_caption": ("IoU per class and arm", "IoU per kelas dan varian"),
    "reports.masks_dice_caption": ("Dice per class and arm", "Dice per kelas dan varian"),
    "reports.masks_averaging": (
        "Per class, mean and macro values: pixels of all images are added, then the ratio is taken. Macro: mean over the classes; a class that occurs in "
        "neither truth nor prediction of the whole split is left out. Micro: pixels of all classes are added, too. Foreground: all classes but "
        "“{background}” as one. Ignored pixels are left out everywhere.",
        "Nilai per kelas dan makro: piksel semua gambar dijumlahkan, lalu rasionya dihitung. Makro: rata-rata antarkelas; kelas yang tidak ada pada "
        "kebenaran maupun prediksi di seluruh bagian data tidak diikutkan. Mikro: piksel semua kelas ikut dijumlahkan. Latar depan: semua kelas selain "
        "“{background}” dianggap satu. Piksel yang diabaikan tidak dihitung di mana pun.",
    ),
    "reports.masks_pixel_share": ("Share of true pixels", "Porsi piksel sebenarnya"),
    "reports.masks_tolerance": (
        "Boundary F1: a boundary pixel matches within {pixels} {pixels:pixel|pixels} ({size} × {size} images).",
        "F1 batas: piksel batas dianggap cocok dalam jarak {pixels} piksel (gambar {size} × {size}).",
    ),
    # Data
    "reports.masks_data_caption": ("Classes of the masks", "Kelas pada mask"),
    "reports.masks_ids": ("Ids in the masks", "Id di mask"),
    "reports.masks_share_validation": ("Share of validation pixels", "Porsi piksel validasi"),
    "reports.masks_share_test": ("Share of test pixels", "Porsi piksel uji"),
    "reports.masks_data_note": (
        "Images of replicate {replicate}: {counts}; shares are those of its scored pixels.",
        "Gambar pada ulangan {replicate}: {counts}; porsi dihitung dari pikselnya yang dinilai.",
    ),
    # Published numbers
    "reports.masks_nearest_equal": (
        "The publication does not state how its {name} averages: at about equal loss, ours comes nearest with {first}, on average over {n} {n:number|numbers}; further away: {others}.",
        "Publikasi ini tidak menyebutkan cara perata-rataan {name}: pada loss yang kurang lebih sama, angka studi ini yang terdekat adalah {first}, rata-rata dari {n} angka; yang lebih jauh: {others}.",
    ),
    "reports.masks_nearest_last": (
        "The publication does not state how its {name} averages: ours comes nearest with {first}, on average over {n} {n:number|numbers}; further away: {others}. The losses differ, so this is a hint only.",
        "Publikasi ini tidak menyebutkan cara perata-rataan {name}: angka studi ini yang terdekat adalah {first}, rata-rata dari {n} angka; yang lebih jauh: {others}. Nilai loss-nya berbeda, jadi ini hanya petunjuk.",
    ),
}
