"""Sentences of the room `study`, second part: masks, and image files that are too large."""

MASK_TEXT: dict[str, tuple[str, str]] = {
    "study.unknown_image_format": (
        "its content is in none of the formats {known}, or damaged at its start",
        "isinya tidak dalam salah satu format {known}, atau rusak di awalnya",
    ),
    "study.image_too_large": (
        "'{path}' has {width} × {height} = {pixels} pixels, more than the limit of {limit}. If it is meant to be so large, set `max_pixels: {pixels}` in the data section; else make it smaller or remove it.",
        "'{path}' berukuran {width} × {height} = {pixels} piksel, melebihi batas {limit}. Jika memang sebesar itu, isi `max_pixels: {pixels}` pada bagian data; jika tidak, perkecil atau keluarkan berkasnya.",
    ),
    # The document's keys
    "study.no_masks": (
        "'{set}' has no masks, so it cannot be segmented. Sets with masks: {known}; or a `folder` with images/ and masks/.",
        "'{set}' tidak memiliki mask, jadi tidak dapat disegmentasi. Himpunan dengan mask: {known}; atau `folder` berisi images/ dan masks/.",
    ),
    "study.masks_without_task": (
        "`masks` belongs to segmentation. Add `task: segmentation` at the top, or remove `masks`.",
        "`masks` hanya untuk segmentasi. Tambahkan `task: segmentation` di bagian atas, atau hapus `masks`.",
    ),
    "study.masks_unread": (
        "'{path}' holds images/ and masks/, which is a folder for segmentation. Add `task: segmentation` at the top of the study.",
        "'{path}' berisi images/ dan masks/, yaitu folder untuk segmentasi. Tambahkan `task: segmentation` di bagian atas studi.",
    ),
    "study.mask_folder_classes": (
        "`classes` selects images by their class, which images with masks have not. Name the classes of pixels under `masks`.",
        "`classes` memilih gambar menurut kelasnya, sedangkan gambar dengan mask tidak memilikinya. Sebutkan kelas piksel pada `masks`.",
    ),
    "study.loss_of_task": (
        "the loss '{got}' needs masks; classification has `cross-entropy` and `focal`. Choose one of these.",
        "loss '{got}' memerlukan mask; klasifikasi memiliki `cross-entropy` dan `focal`. Pilih salah satunya.",
    ),
    "study.mask_no_ids": (
        "the class '{name}' has no id. Write the ids that stand for it in the masks, such as `{name}: 1`.",
        "kelas '{name}' tidak memiliki id. Tulis id penandanya di mask, misalnya `{name}: 1`.",
    ),
    "study.mask_id_range": (
        "'{name}' has the id {got}; expected 0 to {largest}. Correct the id.",
        "'{name}' memiliki id {got}; seharusnya 0 sampai {largest}. Betulkan idnya.",
    ),
    "study.mask_id_twice": (
        "the id {got} of '{name}' belongs to '{other}' already. Give each id to one class.",
        "id {got} pada '{name}' sudah dipakai '{other}'. Berikan tiap id kepada satu kelas saja.",
    ),
    "study.mask_class_count": (
        "{got} {got:class|classes} beside `ignore`; expected 2 to {most}. Name the background too, such as `background: 0`.",
        "{got} kelas selain `ignore`; seharusnya 2 sampai {most}. Sebutkan juga latarnya, misalnya `background: 0`.",
    ),
    "study.mask_pets_ids": (
        "trimaps of Oxford-IIIT Pet hold the ids 1 (pet), 2 (background) and 3 (border), each to be named once; wrong or left out: {ids}. Add what is missing to a class or to `ignore`.",
        "trimap Oxford-IIIT Pet memuat id 1 (hewan), 2 (latar) dan 3 (tepi), masing-masing disebut satu kali; yang salah atau belum disebut: {ids}. Tambahkan yang kurang ke suatu kelas atau ke `ignore`.",
    ),
    # A first study
    "study.new_masks": (
        "classes and their ids; names can be changed",
        "kelas dan idnya; namanya boleh diganti",
    ),
    "study.new_joint": ("masks change with their images", "mask ikut berubah bersama gambarnya"),
    "study.new_unet": (
        "the U-Net of the paper, narrower, from random weights",
        "U-Net dari makalahnya, lebih ramping, dari bobot acak",
    ),
    "study.new_frozen": (
        "the encoder keeps its weights; only the decoder learns",
        "encoder mempertahankan bobotnya; hanya decoder yang belajar",
    ),
    # Files
    "study.pets_absent_masks": (
        "{count} {count:image has|images have} no trimap in '{path}', such as {example}. Copy the official annotations/trimaps there; or leave `path` out after `alih data fetch oxford-iiit-pet`, which brings images and trimaps.",
        "{count} gambar tidak memiliki trimap di '{path}', misalnya {example}. Salin annotations/trimaps resmi ke sana; atau hapus `path` setelah `alih data fetch oxford-iiit-pet`, yang mengambil gambar dan trimap.",
    ),
    "study.mask_folder_form": (
        "'{path}' is not a folder for segmentation. Expected images/ and masks/ in it, or train/images/ and train/masks/ with val and test beside train.",
        "'{path}' bukan folder untuk segmentasi. Seharusnya berisi images/ dan masks/, atau train/images/ dan train/masks/ dengan val dan test di samping train.",
    ),
    "study.mask_half_part": (
        "'{path}' holds {there}/ but no {missing}/, so this part cannot be used. Add {missing}/ (perhaps it has another name), or rename or remove the folder.",
        "'{path}' berisi {there}/ tetapi tanpa {missing}/, jadi bagian ini tidak dapat dipakai. Tambahkan {missing}/ (mungkin namanya lain), atau ganti nama atau hapus foldernya.",
    ),
    "study.mask_no_train": (
        "'{path}' has ready parts with images/ and masks/, but no `train` among them. Add train/images/ and train/masks/.",
        "'{path}' memiliki bagian siap pakai berisi images/ dan masks/, tetapi tanpa `train`. Tambahkan train/images/ dan train/masks/.",
    ),
    "study.mask_no_images": (
        "'{path}' holds no image that can be read (other image files there: {formats}). Put the images there, or convert them.",
        "'{path}' tidak berisi gambar yang dapat dibaca (berkas gambar lain di sana: {formats}). Letakkan gambar di sana, atau ubah formatnya.",
    ),
    "study.mask_name_twice": (
        "'{path}' holds '{first}' and '{second}', which cannot be told apart by name. Rename or remove one.",
        "'{path}' berisi '{first}' dan '{second}', yang tidak dapat dibedakan dari namanya. Ganti nama atau hapus salah satu.",
    ),
    "study.mask_missing": (
        "{count} {count:image has|images have} no mask in '{path}', such as '{example}'. A mask has its image's name and ends in .png; add it, or remove the image.",
        "{count} gambar tidak memiliki mask di '{path}', misalnya '{example}'. Mask bernama sama dengan gambarnya dan berakhiran .png; tambahkan, atau hapus gambarnya.",
    ),
    "study.mask_without_image": (
        "{count} {count:mask has|masks have} no image in '{path}', such as '{example}'. Add the image, or remove the mask.",
        "{count} mask tidak memiliki gambar di '{path}', misalnya '{example}'. Tambahkan gambarnya, atau hapus masknya.",
    ),
    "study.mask_format": (
        "'{path}' holds masks that are not PNG files ({found}). Other formats may change ids (JPEG does); save masks as PNG.",
        "'{path}' berisi mask yang bukan PNG ({found}). Format lain dapat mengubah id (misalnya JPEG); simpan mask sebagai PNG.",
    ),
    "study.mask_unreadable": (
        "'{path}' cannot be read as an image: {reason}. Save it again, or remove it together with its partner.",
        "'{path}' tidak dapat dibaca sebagai gambar: {reason}. Simpan ulang, atau hapus beserta pasangannya.",
    ),
    "study.mask_colour": (
        "the mask '{path}' is a colour image without a palette (mode {mode}), so which id a colour means is not known. Save it as gray or palette PNG with a class id in each pixel.",
        "mask '{path}' adalah gambar berwarna tanpa palet (mode {mode}), jadi id tiap warna tidak diketahui. Simpan sebagai PNG abu-abu atau berpalet dengan id kelas di tiap piksel.",
    ),
    "study.mask_size": (
        "the mask '{path}' has {got} pixels, its image {expected}. Both must be of the same size; make the mask anew from its image.",
        "mask '{path}' berukuran {got} piksel, sedangkan gambarnya {expected}. Keduanya harus sama besar; buat ulang mask dari gambarnya.",
    ),
    "study.mask_beyond": (
        "the mask '{path}' holds ids that no class has: {ids} (known: {known}); {count} {count:mask|masks} in all {count:holds|hold} such ids. Name them by id in the data section, such as `masks: {{background: 0, road: 1, ignore: 255}}` (`ignore`: pixels that count for nothing), or correct the masks.",
        "mask '{path}' memuat id yang tidak dimiliki kelas mana pun: {ids} (yang dikenal: {known}); semuanya ada {count} mask seperti itu. Sebutkan dengan idnya pada bagian data, misalnya `masks: {{latar: 0, jalan: 1, ignore: 255}}` (`ignore`: piksel yang tidak dihitung), atau betulkan masknya.",
    ),
    "study.mask_strays": (
        "the mask '{path}' holds stray values: {ids}; {count} {count:mask|masks} in all. If these ids are classes, name each by its id in the data section, such as `masks: {{background: 0, road: 1, ignore: 255}}` (`ignore`: pixels that count for nothing). Otherwise the mask was perhaps saved as JPEG or resized smoothly: save it with ids only.",
        "mask '{path}' memuat nilai liar: {ids}; semuanya ada {count} mask. Jika id itu kelas, sebutkan masing-masing dengan idnya pada bagian data, misalnya `masks: {{latar: 0, jalan: 1, ignore: 255}}` (`ignore`: piksel yang tidak dihitung). Jika bukan, mungkin mask pernah disimpan sebagai JPEG atau diperhalus: simpan hanya dengan id.",
    ),
    "study.mask_one_class": (
        "the masks in '{path}' hold one class only (ids: {ids}); expected at least two. Are they the right masks?",
        "mask di '{path}' hanya memuat satu kelas (id: {ids}); seharusnya paling sedikit dua. Apakah masknya sudah benar?",
    ),
    "study.mask_names": (
        "classes.txt in '{path}' has {count} {count:line|lines}; expected at least two different names, none of them `ignore`, one line for each id.",
        "classes.txt di '{path}' berisi {count} baris; seharusnya paling sedikit dua nama berbeda, tanpa `ignore`, satu baris tiap id.",
    ),
    "study.mask_names_unsure": (
        "classes.txt in '{path}' has {count} lines, the masks hold the ids {ids}: whether the first line names id 0 or id 1 cannot be told. Name the ids in the study, such as `masks: {{road: 1, sky: 2}}`.",
        "classes.txt di '{path}' berisi {count} baris, sedangkan mask memuat id {ids}: tidak dapat dipastikan apakah baris pertama menamai id 0 atau id 1. Sebutkan idnya di studi, misalnya `masks: {{jalan: 1, langit: 2}}`.",
    ),
    "study.mask_255_ignored": (
        "The study names no ids, so 255 was taken for pixels to ignore; {count} of {total} masks {count:holds|hold} it. If it stands for a class, name the ids under `masks`.",
        "Studi tidak menyebutkan id, jadi 255 dianggap piksel yang diabaikan; {count} dari {total} mask memuatnya. Jika 255 berarti suatu kelas, sebutkan idnya pada `masks`.",
    ),
    "study.mask_255_class": (
        "The study names no ids, so 255 was taken for the class '{name}'; {count} of {total} masks {count:holds|hold} it. If it means something else, name the ids under `masks`.",
        "Studi tidak menyebutkan id, jadi 255 dianggap kelas '{name}'; {count} dari {total} mask memuatnya. Jika artinya lain, sebutkan idnya pada `masks`.",
    ),
    "study.mask_ignored_only": (
        "every pixel of the mask '{path}' is ignored ({count} such {count:mask|masks}), so there is nothing to learn or to score. Correct it, or remove it together with its image.",
        "semua piksel mask '{path}' diabaikan (ada {count} mask seperti itu), jadi tidak ada yang dapat dipelajari atau dinilai. Betulkan, atau hapus beserta gambarnya.",
    ),
}
