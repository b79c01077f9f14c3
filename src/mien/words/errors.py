"""What to say about each error: what happened, and the way out.

The key is the error's code, or `code.variant` where a code has several messages. The fields in
braces are the error's `words` and `extra`.
"""

from collections.abc import Mapping
from typing import Final

from mien.words.http_codes import OVERLOADED
from mien.words.jobs import JOB_ERRORS
from mien.words.marking import N_

_IMAGE: Final = {
    "unreadable_image.not_readable": N_("The file cannot be read: {why}."),
    "unreadable_image.jpeg_scans": N_(
        "The JPEG has more than {most} scans, far more than any camera writes. Save it again with "
        "another program."
    ),
    "unreadable_image.jpeg_segments": N_(
        "The JPEG has more than {most:,} segments, far more than any camera writes. Save it again "
        "with another program."
    ),
    "unreadable_image.png_chunks": N_(
        "The PNG has more than {most:,} parts, far more than any program writes. Save it again "
        "with another program."
    ),
    "unreadable_image.tiff_parts": N_(
        "The TIFF is split into more than {most:,} parts. Save it with larger strips or tiles, or "
        "as JPEG or PNG."
    ),
    "unreadable_image.not_written": N_("The picture could not be written as JPEG."),
    "unreadable_image.header": N_(
        "The file looks like {kind}, but its header is incomplete or damaged."
    ),
    "unreadable_image.truncated": N_(
        "The file looks like {kind} but is incomplete. Copy it again and retry."
    ),
    "unreadable_image.damaged": N_(
        "The file looks like {kind} but cannot be read: it is incomplete, damaged or of another "
        "type."
    ),
    "unsupported_image.video": N_("The file is a video, not a photo. Accepted types: {accepted}."),
    "unsupported_image.empty": N_("The file is empty."),
    "unsupported_image.heic": N_(
        "HEIC pictures need the library pillow-heif, which is not installed on this server."
    ),
    "unsupported_image.narrow": N_(
        "The picture is {width} by {height} pixels; the long side may be at most {ratio} times "
        "the short side. Crop it to the part that shows people."
    ),
    "unsupported_image.jpeg_bits": N_(
        "The JPEG has {bits} bits per colour; only 8 are supported. Save it as an ordinary "
        "JPEG or as PNG."
    ),
    "unsupported_image.jpeg_process": N_(
        "This rare kind of JPEG is not supported: it is lossless, hierarchical, or has an unusual "
        "number of colours. Save it as an ordinary JPEG or as PNG."
    ),
    "unsupported_image.camera_raw": N_(
        "This is a camera raw file, not a finished picture. Export it as JPEG."
    ),
    "unsupported_image.tiff_numbers": N_(
        "The TIFF stores its pixels as an unsupported kind of {bits}-bit number. Save it with 8 "
        "or 16 bits per colour."
    ),
    "unsupported_image.tiff_colours": N_(
        "The TIFF stores colours in an unsupported way (PhotometricInterpretation {photometric}). "
        "Save it in RGB."
    ),
    "unsupported_image.tiff_coding": N_(
        "The TIFF uses an unsupported compression ({coding}). Save it with LZW, Deflate or no "
        "compression."
    ),
    "unsupported_image.animated": N_("The picture is animated. Send a single frame as a photo."),
    "unsupported_image.pdf": N_("The file is a PDF document. Accepted types: {accepted}."),
    "unsupported_image.postscript": N_(
        "The file is a PostScript document. Accepted types: {accepted}."
    ),
    "unsupported_image.photoshop": N_(
        "The file is a Photoshop document. Accepted types: {accepted}."
    ),
    "unsupported_image.archive": N_(
        "The file is an archive or office document. Accepted types: {accepted}."
    ),
    "unsupported_image.svg": N_("The file is an SVG drawing. Accepted types: {accepted}."),
    "unsupported_image.xml": N_("The file is an XML document. Accepted types: {accepted}."),
    "unsupported_image.web_page": N_("The file is a web page. Accepted types: {accepted}."),
    "unsupported_image.video_file": N_("The file is a video. Accepted types: {accepted}."),
    "unsupported_image.jpeg_xl": N_("The file is a JPEG XL picture. Accepted types: {accepted}."),
    "unsupported_image.jpeg_2000": N_(
        "The file is a JPEG 2000 picture. Accepted types: {accepted}."
    ),
    "unsupported_image.unknown": N_("This file type is not supported. Accepted types: {accepted}."),
    "image_too_large.photo": N_(
        "The photo is too large: at most {max_bytes:,} bytes are accepted."
    ),
    "image_too_large.setting": N_(
        "The file has {size:,} bytes; at most {max_bytes:,} are accepted. To accept more, set "
        "MIEN_MAX_UPLOAD_BYTES."
    ),
    "image_too_large.file": N_("The file has {bytes:,} bytes; at most {max_bytes:,} are accepted."),
    "too_many_pixels.size": N_(
        "The picture is {width} by {height}, which is {pixels:,} pixels; at most {max_pixels:,} "
        "are accepted. Make it smaller and try again."
    ),
    "too_many_pixels.needs_memory": N_(
        "Decoding this {width} by {height} picture takes {need_mb:,} MB of memory; {most_mb:,} MB "
        "are allowed. Make it smaller, or save it as an ordinary JPEG (not progressive)."
    ),
    "too_many_pixels.memory": N_("There is not enough memory to open this picture."),
    "photo_takes_too_long": N_(
        "This photo takes longer than the {seconds:g} seconds allowed. Send part of it or a "
        "smaller copy."
    ),
}

_FORMS: Final = {
    "form_without_boundary": N_(
        "The `Content-Type` header of the form has no `boundary`. Let your program set this "
        "header itself."
    ),
    "form_broken_off": N_(
        "The form ends before its last boundary: the upload was cut off. Send it again."
    ),
    "form_damaged": N_(
        "The form cannot be read. Send it as multipart/form-data, each part with its headers."
    ),
    "form_damaged.boundary": N_(
        "The boundary in the `Content-Type` header does not occur in the form. Let your program "
        "set this header itself."
    ),
}

_FACES: Final = {
    "no_face_found": N_("{reasons} {advice}"),
    "no_face_found.person": N_("This person has no photo yet. Add one first, then compare."),
    "no_face_found.photo": N_(
        "No face was found in this photo. Use one in which the face is upright, lit from the "
        "front and not too small."
    ),
    "no_face_found.frame": N_(
        "The face was not found again in this picture. Close this, wait until it is seen well, "
        "and try again."
    ),
    "several_faces_found": N_("{reasons} {advice}"),
    "face_number_out_of_range": N_(
        "There is no face number {number} in this photo. The highest is {count}."
    ),
    "face_number_out_of_range.left_out": N_(
        "There is no face number {number} in this photo: only its {count} largest faces are used."
    ),
    "face_number_out_of_range.held": N_("There is no face number {number} in this photo."),
    "photo_not_good_enough": N_("This face was not stored. {reasons} {advice}"),
}

_NOT_FOUND: Final = {
    "not_found.sign_in": N_("This browser is already signed out."),
    "gallery_not_found": N_("There is no gallery with this name."),
    "gallery_not_found.nothing_set_up": N_(
        "There is no gallery “{name}”: nothing has been set up here yet."
    ),
    "gallery_not_found.named": N_("There is no gallery “{gallery}”."),
    "gallery_not_found.removed": N_("The gallery has been deleted."),
    "person_not_found.id": N_("Nobody in this gallery has this id."),
    "person_not_found.name_or_id": N_("Nobody in this gallery has this name or id."),
    "face_not_found": N_("There is no face with this id here."),
    "photo_not_found": N_("The original photo of this face was not kept."),
    "photo_not_found.unknown": N_("This gallery has no original photo with this id."),
    "change_not_found": N_("This gallery has no change with this id, or it was too long ago."),
    "change_over.undone": N_("This has been undone already."),
    "change_over.over": N_("This can no longer be undone: what was before is deleted."),
    "change_blocked.changed_since": N_(
        "This cannot be undone because it has been changed again. Undo the later change first."
    ),
    "change_blocked.person_gone": N_(
        "This cannot be undone because a person it needs is deleted. Undo that first."
    ),
    "change_blocked.face_gone": N_(
        "This cannot be undone because a face it needs is deleted or belongs to someone else. Undo "
        "that first."
    ),
    "change_blocked.has_faces": N_(
        "This cannot be undone because the person has faces by now. Delete the person instead."
    ),
    "change_blocked.name_taken": N_(
        "This cannot be undone because someone else has that name by now. Rename one of the two."
    ),
    "change_blocked.contract": N_(
        "This cannot be undone because the gallery has changed to another model since."
    ),
    "change_blocked.gallery_gone": N_(
        "This cannot be undone because the other gallery is deleted."
    ),
    "probe_not_found": N_(
        "This photo has been deleted. Photos that you try on the pages are kept only for a while. "
        "Choose it again."
    ),
    "probe_not_found.other_gallery": N_(
        "This photo was chosen in another gallery. Choose it again here."
    ),
    "cluster_not_found": N_(
        "This unknown person is no longer kept: named, deleted, expired, or merged with another."
    ),
    "user_not_found.removed": N_("This account has been deleted."),
    "user_not_found.name": N_("There is no account with this name."),
    "user_not_found.removed_already": N_("This account has already been deleted."),
    "key_not_found": N_("There is no API key with this id."),
}

_CONFLICTS: Final = {
    "conflict.other_model": N_(
        "These galleries hold faces of another model, and vectors of two models cannot be "
        "compared: {held}. To compute their vectors anew from the stored photos, run "
        "`mien models use {pack} --embed-again`."
    ),
    "conflict.already_bound": N_(
        "The files in {folder} already belong to the database {database}, so there is no need to "
        "start over."
    ),
    "conflict.files_in_use": N_(
        "The database {database} refers to {found} of the files in {folder}, so there is no need "
        "to start over. To bind the two, run `mien db adopt`."
    ),
    "already_running.embedding_again": N_(
        "Another process is embedding the stored photos of this installation already. Wait until "
        "it is done, or stop it; what it has done is kept."
    ),
    "photos_not_kept": N_(
        "The photos of some or all faces in these galleries are not stored, so they cannot change "
        "to the model pack {pack}: {held}. Nothing was changed. Confirm that they stay with their "
        "pack and cannot be searched, or delete these faces with --delete-missing."
    ),
    "faces_not_embedded.one": N_(
        "1 face cannot be embedded with the model pack {pack}: the stored photo is missing or "
        "damaged, or the face is not found in it. The pack was not changed. Delete this face, "
        "or run the command again with --delete-missing, which deletes it."
    ),
    "faces_not_embedded.several": N_(
        "{count} faces cannot be embedded with the model pack {pack}: the stored photo is missing or "
        "damaged, or the face is not found in it. The pack was not changed. Delete these faces, "
        "or run the command again with --delete-missing, which deletes them."
    ),
    "name_taken.account": N_("An account with this name already exists."),
    "name_taken.gallery": N_("A gallery with this name already exists."),
    "name_taken.person": N_(
        "This gallery already has a person with this name. If this is someone else, say so."
    ),
    "name_taken.other_person": N_(
        "This gallery already has another person with this name. If both have the same name, "
        "say so."
    ),
    "person_ambiguous": N_(
        "Several people in this gallery have this name. Choose one by id: {ids}."
    ),
    "gallery_model_mismatch.between": N_(
        "The gallery “{gallery}” was made with another model ({gallery_pack}) than {engine_pack}, and "
        "vectors of two models cannot be compared. Add the photos there anew, or change both to one "
        "model with `mien models use {engine_pack} --embed-again`."
    ),
    "gallery_model_mismatch.threshold": N_(
        "The model pack was changed after this form was opened, and similarities of two models "
        "cannot be compared. Set the similarity anew; nothing has been saved."
    ),
    "gallery_model_mismatch.version": N_(
        "The gallery “{gallery}” was made with another version of the model pack {gallery_pack}, but "
        "{engine_pack} is running, and vectors of two models cannot be compared. Run "
        "`mien models use {engine_pack} --embed-again`, go back to the version of Mien that made "
        "the gallery, or create a new one."
    ),
    "gallery_model_mismatch.pack": N_(
        "The gallery “{gallery}” was made with the model pack {gallery_pack}, but {engine_pack} is "
        "running, and vectors of two models cannot be compared. If the stored photos of all its "
        "faces are there, run `mien models use {engine_pack} --embed-again`. Otherwise go back with "
        "`mien models use {gallery_pack}`, with --embed-again if other galleries have changed, or "
        "add its people to a new gallery."
    ),
    "nobody_searched.one": N_(
        "Nobody was searched: no one with a face in the gallery “{gallery}” has this in their "
        "metadata: {terms}."
    ),
    "nobody_searched.several": N_(
        "Nobody was searched: no one with a face in these galleries has this in their metadata: "
        "{terms}."
    ),
    "gallery_protected.remove": N_(
        "The default gallery cannot be deleted. Delete its people instead."
    ),
    "gallery_protected.rename": N_("The default gallery cannot be renamed."),
    "last_administrator": N_(
        "This is the only administrator. Add another one first: `mien users add NAME --admin`."
    ),
    "setup_finished": N_("Mien is already set up. Sign in instead."),
}

_INPUT: Final = {
    "invalid_input.scopes": N_("A key needs at least one of these scopes: {scopes}."),
    "invalid_input.password_too_short": N_(
        "A password needs at least {least} characters. A few words make a good one."
    ),
    "invalid_input.password_easy": N_(
        "This password is easy to guess: it is common, or based on a name or a pattern. A few "
        "unrelated words make a good one."
    ),
    "invalid_input.password_too_long": N_("A password can have at most {most} characters."),
    "invalid_input.password_not_text": N_("This password is not valid text."),
    "invalid_input.term_form": N_("Write what the metadata must say as KEY=VALUE: team=night."),
    "invalid_input.term_too_long": N_("KEY=VALUE can have at most {most} characters."),
    "invalid_input.term_characters": N_("This cannot be in anyone's metadata."),
    "invalid_input.terms_too_many": N_("At most {most} KEY=VALUE can be given."),
    "invalid_input.galleries_too_many": N_("At most {most} galleries can be searched at once."),
    "invalid_input.photo_missing": N_("The photo is missing. Send it as `{field}`."),
    "invalid_input.unknown_field": N_("There is no field with this name here."),
    "invalid_input.field_repeated": N_("This field may be sent only once."),
    "invalid_input.backup_of_sqlite_only": N_(
        "A backup restores the SQLite database of the home folder, but MIEN_DATABASE_URL names "
        "another database. Unset it. For PostgreSQL use pg_restore."
    ),
    "invalid_input.folder_not_writable": N_(
        "Cannot write to {folder}: {why}. Choose another folder."
    ),
    "invalid_input.enrolled_option": N_(
        "--enrolled must be a number of people, “half” or “all”, not “{text}”."
    ),
    "invalid_input.no_subfolders": N_(
        "The folder {folder} has no subfolders. Create one for each person, named after them, and "
        "put their pictures in it."
    ),
    "invalid_input.no_pictures_of_people": N_("The folder {folder} has no pictures of people."),
    "invalid_input.setting": N_("{field} is not valid: {why}."),
    "invalid_input.secret_file": N_(
        "Cannot read the file {path}, which a MIEN_…_FILE variable names: {why}."
    ),
    "invalid_input.no_pictures": N_("The folder {folder} has no pictures."),
    "invalid_input.take": N_("`take` must be one of {takes}."),
    "invalid_input.number_and_take": N_(
        "Choose the face either by its number or by `take`, not both."
    ),
    "invalid_input.too_little_to_calibrate": N_(
        "A calibration needs {least_people} people and {least_pairs} pairs of photos of the same "
        "person; there are {people} and {pairs}. Add people who have two or more photos."
    ),
    "invalid_input.not_separable": N_(
        "Photos of the same person are no more similar than photos of different people. Check "
        "that each folder has the photos of one person only."
    ),
    "invalid_input.python": N_("Mien needs Python 3.11 or newer, not {python!r}."),
    "invalid_input.pack": N_("{pack!r} is not a model pack. `mien models list` shows them."),
    "invalid_input.published_port": N_("{published!r} is not a port or ADDRESS:PORT."),
    "invalid_input.image": N_("{value!r} is not the name of an image."),
    "invalid_input.unquotable": N_(
        "{text!r} in MIEN_{variable} cannot be written to a configuration file. Use a value "
        "without spaces, quotes or special characters."
    ),
    "invalid_input.application": N_(
        "{module!r} is not an application. Write it like mien.wsgi:app."
    ),
    "invalid_input.default_gallery_needs_uwsgi": N_(
        "A default gallery can be passed on only over the uwsgi protocol, where no client can set "
        "it. Use only uwsgi:// upstreams, or set MIEN_DEFAULT_GALLERY on the nodes."
    ),
    "invalid_input.upstream": N_(
        "{text!r} is not the address of a node. Use http://HOST:PORT for Gunicorn, "
        "uwsgi://HOST:PORT for uWSGI, or unix:/PATH instead of HOST:PORT."
    ),
    "invalid_input.value": N_("{value!r} is not valid for {field}. Use {wanted}."),
    "invalid_input.network": N_("{value!r} is not an address or a network: {why}."),
    "invalid_input.no_folder": N_("There is no folder {folder}."),
    "invalid_input.no_cache": N_(
        "{path} is not a cache of `mien evaluate`. Choose another file, or delete this one."
    ),
    "invalid_input.not_writable": N_("Cannot write {path}: {why}."),
    "invalid_input.no_face": N_("No face was found in the photos."),
    "invalid_input.write_protected": N_("Cannot write {path}."),
    "invalid_input.list_not_readable": N_("Cannot read the list {path}."),
    "invalid_input.list_one_folder": N_(
        "{path}, line {number} names only one folder. Name two or more folders of the same "
        "person, separated by tabs."
    ),
    "invalid_input.pairs_empty": N_("{source} is empty."),
    "invalid_input.pairs_count": N_(
        "{source}, line {line}: {lines:,} lines should follow (folds: {folds}, pairs of each kind "
        "in a fold: {pairs:,}), but there are {follow:,}."
    ),
    "invalid_input.pairs_one_kind": N_(
        "{source} has only one kind of pair. Measuring both kinds of error takes pairs of the "
        "same person and pairs of different people."
    ),
    "invalid_input.pairs_first_line": N_(
        "{where}: the first line must give the number of folds and of pairs of each kind in a "
        "fold, such as “10 300”, or only the number of pairs."
    ),
    "invalid_input.pairs_columns": N_(
        "{where}: a pair is written “Name 1 2” or “Name 1 Other 2”; this line has {count} words. "
        "If names contain spaces, separate the fields with tabs."
    ),
    "invalid_input.pairs_two_names": N_(
        "{where}: two photos of the same person are written “Name 1 2”."
    ),
    "invalid_input.pairs_folder": N_("{where}: this is not the name of a folder."),
    "invalid_input.pairs_number": N_("{where}: this must be a number."),
    "invalid_input.not_readable": N_("{path} cannot be read: {why}."),
    "invalid_input.not_utf8": N_("{path} is not UTF-8 text."),
    "invalid_input.people_folders": N_(
        "The folder {folder} has no subfolders. Create one for each person and put their pictures "
        "in it."
    ),
    "invalid_input.photos_missing": N_(
        "{missing:,} of the {wanted:,} photos listed are not in {folder}; the first is {first}. "
        "Choose the folder that has them, or delete their lines."
    ),
    "invalid_input.report_kind": N_(
        "The name of a report must end in .html (a page) or .png (a picture), unlike {path}."
    ),
    "invalid_input.report_needs_matplotlib": N_(
        "A report needs Matplotlib to draw its curves. Install it with `pip install "
        "'mien[report]'`, or leave out --report."
    ),
    "invalid_input.no_face_to_enrol": N_("No face was found in the photos to be enrolled."),
    "invalid_input.no_face_of_strangers": N_("No face was found in the strangers' photos."),
    "invalid_input.too_few_photos": N_(
        "After enrolling {examples} of each person's photos, none is left to search with. Add "
        "photos, or enrol fewer of each person."
    ),
    "invalid_input.no_strangers": N_(
        "Enrolling {enrolled:,} of {people:,} people leaves nobody as a stranger. Enrol fewer."
    ),
    "invalid_input.one_pack": N_(
        "Name at least two model packs, and then the folder of the photos."
    ),
    "invalid_input.pack_twice": N_("The model pack {name} is named twice. Name each one once."),
    "invalid_input.nobody_enrolled": N_("Enrol at least one person."),
    "invalid_input.cursor": N_(
        "This cursor does not belong to this list and order. Start without a cursor."
    ),
    "invalid_input.page_size": N_("A page can have 1 to {most} people."),
    "invalid_input.review_limit": N_("A review can list 1 to {most} faces."),
    "invalid_input.unknown_limit": N_("A list can have 1 to {most} unknown people."),
    "invalid_input.person_id_or_name": N_("Send a `person_id` or a `name`, not both."),
    "invalid_input.split_none": N_("Choose the sightings that show someone else."),
    "invalid_input.split_all": N_(
        "Leave at least one sighting. Choose only those of someone else."
    ),
    "invalid_input.how_many_ids": N_("Choose 1 to {most:,}."),
    "invalid_input.one_person": N_("Name one person: by id, or a new one by name."),
    "invalid_input.moved_nowhere": N_("The person has these faces already."),
    "invalid_input.same_gallery": N_("Choose another gallery."),
    "invalid_input.pair_of_one": N_("Choose two different people."),
    "invalid_input.notes_too_long": N_("Notes can have at most {most} characters."),
    "invalid_input.notes_characters": N_("The notes contain an invalid character."),
    "invalid_input.metadata_too_large": N_("Metadata can have at most {most} bytes as JSON."),
    "invalid_input.metadata_null_character": N_("Metadata cannot contain a null character."),
    "invalid_input.metadata_not_object": N_("Metadata must be a JSON object."),
    "invalid_input.candidate_limit": N_("The limit must be a number from 1 to {most}."),
    "invalid_input.threshold": N_("The threshold must be a similarity from -1 to 1."),
    "invalid_input.accepted_rate": N_(
        "An accepted rate must be from 0.000001 (1 in 1,000,000) to 0.5 (1 in 2)."
    ),
    "invalid_input.gate": N_("The gate must be one of {gates}."),
    "invalid_input.unknown_setting": N_("A gallery has no such setting."),
    "invalid_input.default_gallery_header": N_(
        "The web server in front passes a {field} that is not the name of a gallery. Correct it "
        "in that server's configuration."
    ),
    "invalid_input.too_many_photos_so_far": N_(
        "Send at most {most} photos at once. The photos before this one have been answered."
    ),
    "invalid_input.only_files": N_("Every part of this form must be a file named `{name}`."),
    "invalid_input.one_photo": N_("Send one photo at a time."),
    "invalid_input.too_many_photos": N_("Send at most {most} photos at once."),
    "invalid_input.part_without_name": N_(
        "A part of the form has no name. Send the photo as `photo`."
    ),
    "invalid_input.not_an_object": N_("Send a JSON object."),
    "invalid_input.not_base64_text": N_("Send the photo as text in base64."),
    "invalid_input.data_address": N_(
        "Send only the photo's base64, without the `data:…;base64,` before it."
    ),
    "invalid_input.null_character": N_("Text cannot contain a null character."),
    "invalid_input.base64": N_(
        "The photo is not valid base64: it is cut off, or contains line breaks or other invalid "
        "characters."
    ),
    "invalid_input.file_exists": N_("{path} already exists. Choose another name."),
    "invalid_input.file_not_made": N_("Cannot create {path}: {why}."),
    "invalid_input.no_backup": N_(
        "{path} is not a backup of Mien: it contains something else, or has no database."
    ),
    "invalid_input.no_erasures": N_(
        "{path} is not a list of erasures: it cannot be read or contains something else. Use the "
        "file `erasures` from a home folder."
    ),
    "invalid_input.no_former_place": N_(
        "{place} is not noted as a place that may still hold photos. `mien files show` lists these."
    ),
    "invalid_input.move_not_finished": N_(
        "Photos were moved from {place}, and that is not finished. Run `mien files move` again with "
        "--from {place}. If you have removed everything there yourself, use --gone."
    ),
    "invalid_input.place_in_use": N_(
        "{place} is the place of the photos that is in use. Set MIEN_FILES_URL to the place where "
        "the photos are to stay."
    ),
    "invalid_input.same_place": N_("The files are in {place} already."),
    "invalid_input.place": N_(
        "{place} is no place for files. Write it as s3://bucket/prefix, or `folder` for the folder "
        "in MIEN_HOME. No part of the prefix may be one of the names that Mien uses itself: files, "
        "set-aside, writing, erasures, installation, and those that begin with former-."
    ),
    "invalid_input.home_in_use": N_(
        "{home} already has a database or files. Set MIEN_HOME to another folder, or replace "
        "everything in it with --force."
    ),
    "invalid_input.backup_damaged": N_(
        "The database in the backup is damaged. Use an older backup."
    ),
    "invalid_input.backup_not_readable": N_(
        "{path} cannot be read as a backup: it is missing, cut off, or something else."
    ),
    "invalid_input.name_control_characters": N_(
        "A name cannot contain control characters or line breaks. Write it on one line."
    ),
    "invalid_input.name_empty": N_("A name cannot be empty."),
    "invalid_input.name_too_long": N_(
        "A name can have at most {most} characters; this one has {length}."
    ),
    "invalid_input.name_ligatures": N_(
        "This name contains ligatures that stand for too many letters. Write the letters out."
    ),
    "invalid_input.gallery_name": N_(
        "A gallery's name has 1 to 100 characters: unaccented letters, digits, dots, hyphens and "
        "underscores. It starts with a letter or a digit."
    ),
    "invalid_input.cannot_listen": N_("Cannot listen on port {port} of {host}: {why}."),
    "invalid_input.port_not_allowed": N_(
        "This account may not use port {port}. Any account may use ports from 1024 up."
    ),
    "invalid_input.no_address": N_("{host} is not an address of this machine."),
    "invalid_input.no_address_of_machine": N_(
        "{host} is not an address of this machine. Use 127.0.0.1 to serve this machine only, or "
        "0.0.0.0 for every network it is on."
    ),
    "invalid_input.home_not_writable": N_(
        "Cannot write to the folder {home}: {why}. To use another one, set MIEN_HOME."
    ),
    "invalid_input.drawn_size": N_(
        "A drawn face must be at least {least} pixels wide, not {size_px}."
    ),
    "invalid_input.confirm_name": N_("Type “{name}” to confirm."),
    "invalid_input.nobody_named": N_("Say whose face it is."),
    "invalid_input.missing": N_("`{field}` is missing."),
    "invalid_input.not_json_object": N_("`{field}` must be a JSON object."),
    "invalid_input.member": N_("`{field}` is not valid: {why}."),
}

_ACCESS: Final = {
    "not_authenticated": N_("Sign in first."),
    "not_authenticated.ended": N_("You have been signed out. Sign in again."),
    "not_authenticated.key_needed": N_(
        "This request needs an API key in the header `Authorization: Bearer <key>` or `X-API-Key: "
        "<key>`."
    ),
    "not_authenticated.send_again": N_("Sign in first, then send the photo again."),
    "wrong_credentials": N_("Wrong name or password."),
    "wrong_credentials.present_password": N_("The current password is wrong."),
    "too_many_attempts.second": N_("Too many wrong passwords. Try again in 1 second."),
    "too_many_attempts.seconds": N_(
        "Too many wrong passwords. Try again in {retry_after_seconds} seconds."
    ),
    "too_many_attempts.minutes": N_("Too many wrong passwords. Try again in {minutes} minutes."),
    "key_invalid": N_("This API key is unknown or has been revoked."),
    "scope_missing": N_("This key does not have the scope `{scope}`. Create one that does."),
    "not_permitted.key": N_("You cannot do this with an API key."),
    "not_permitted.administrators_only": N_("Only administrators can do this."),
    "not_permitted.own_account_only": N_("Only the owner of the account can do this."),
    "host_not_allowed": N_(
        "Mien does not answer to this host name. An operator can add it to MIEN_HOSTS."
    ),
    "wrong_credentials.own_password": N_("This is not your password."),
    "reset_link_invalid": N_(
        "This link for a new password does not work: it is incomplete, already used or too old. "
        "Ask an administrator for a new one."
    ),
    "setup_link_invalid": N_(
        "This setup link does not work: it is incomplete, or Mien has been restarted since. Use "
        "the link that Mien printed at its last start."
    ),
}

_MODELS: Final = {
    "pack_not_found": N_("There is no pack named {name}. Available: {names}."),
    "pack_invalid.calibration_rule": N_("The calibration breaks a rule. {places}"),
    "pack_invalid.file_not_readable": N_("{path} cannot be read: {why}."),
    "pack_invalid.manifest_not_readable": N_("The manifest cannot be read: {why}."),
    "pack_invalid.manifest_not_toml": N_("The manifest is not TOML: {why}"),
    "pack_invalid.manifest_rule": N_("The manifest breaks a rule. {places}"),
    "pack_invalid.in_file": N_("{path}: {why}"),
    "pack_invalid.not_usable": N_("Cannot use {path}. {why}"),
    "pack_invalid.name_taken": N_("Another pack already has the name {name}. Choose another name."),
    "pack_unavailable.not_writable": N_(
        "Cannot store the model file {file}: {folder} is not writable ({why}). Set "
        "MIEN_MODELS_DIR to a folder that is."
    ),
    "pack_unavailable.built_in": N_("The files of the built-in packs are not available here."),
    "pack_unavailable.none": N_("No model pack can be used. {packs}"),
    "pack_unavailable.one": N_("{pack}: {why}"),
    "pack_unavailable.no_source": N_(
        "The model file {file} could not be fetched from any source. {reasons}"
    ),
    "source_unavailable.file": N_("The file {path} cannot be read: {why}."),
    "source_unavailable.not_https": N_("{address} is not an https address; only those are used."),
    "source_unavailable.ended_early": N_(
        "The download from {name} ended after {done} of {size_bytes} bytes."
    ),
    "source_unavailable.status": N_("{name} replied with {status} {why}."),
    "source_unavailable.no_answer": N_("{name} did not respond within {seconds:g} seconds."),
    "source_unavailable.not_reached": N_("{name} cannot be reached: {why}."),
    "source_unavailable.silent": N_(
        "{name} sent nothing for {seconds:g} seconds after {done} of {size_bytes} bytes."
    ),
    "source_unavailable.broke_off": N_(
        "The download from {name} stopped after {done} of {size_bytes} bytes: {why}."
    ),
    "source_unavailable.member_outside": N_(
        "{archive} was rejected: its member {member} points outside the archive."
    ),
    "source_unavailable.no_member": N_("{archive} has no member {member}."),
    "source_unavailable.archive": N_("{archive} cannot be unpacked: {why}."),
    "source_unavailable.not_a_file": N_("{name} is not a regular file."),
    "source_unavailable.no_npm": N_(
        "npm is not installed, so {package} cannot be downloaded. Install npm, or choose a pack "
        "that does not need it."
    ),
    "source_unavailable.npm_silent": N_(
        "{package} in npm: npm did not respond for {seconds:g} seconds."
    ),
    "source_unavailable.npm_failed": N_("{package} in npm could not be downloaded: {why}"),
    "source_unavailable.no_pip": N_(
        "pip is not installed next to Mien, so {name} cannot be downloaded. Install pip in the "
        "same environment."
    ),
    "source_unavailable.pip_silent": N_("{name}: pip did not respond for {seconds:g} seconds."),
    "source_unavailable.pip_failed": N_("{name} could not be downloaded: {why}"),
    "source_unavailable.too_long": N_(
        "{name} is longer than the {size_bytes} bytes given in the manifest."
    ),
    "digest_mismatch": N_(
        "{source} sent a file that does not match the manifest, so it was rejected: SHA-256 {got} "
        "instead of {expected}."
    ),
    "digest_mismatch.no_source": N_(
        "The model file {file} could not be fetched from any source. {reasons}"
    ),
    "conversion_failed.no_converter": N_("No converter is named {how}."),
    "conversion_failed.dlib_file": N_("dlib's network cannot be read at byte {position}: {why}."),
    "conversion_failed.dlib_differs": N_(
        "The converted dlib network gives different numbers from dlib: they differ by "
        "{difference:.2g}; at most {tolerance:.0e} is accepted."
    ),
    "conversion_failed.dlib_build": N_("dlib's network could not be converted: {why}"),
    "conversion_failed.dlib_run": N_("The converted dlib network does not run: {why}"),
    "conversion_failed.shape_inputs": N_(
        "Only networks whose single input is pictures can be made to take any size."
    ),
    "conversion_failed.shape_not_onnx": N_(
        "The file is not ONNX, so it cannot be made to take pictures of any size."
    ),
    "conversion_failed.shape_run": N_(
        "The network made to take any picture size does not run: {why}"
    ),
    "conversion_failed.shape_fixed": N_(
        "The network made to take any picture size gives outputs that do not match the "
        "picture's size."
    ),
    "conversion_failed.blocks_not_onnx": N_(
        "The file is not ONNX, so its 8-bit weights cannot be unpacked."
    ),
    "conversion_failed.blocks_unknown": N_(
        "The file has something that Mien does not know how to unpack: {why}."
    ),
    "conversion_failed.blocks_inputs": N_(
        "8-bit weights can only be unpacked of networks whose single input is pictures."
    ),
    "conversion_failed.blocks_run": N_("The network with unpacked weights does not run: {why}"),
    "conversion_failed.blocks_batch": N_(
        "The network with unpacked weights does not give one answer for each picture."
    ),
    "model_file_missing.no_other_pack": N_(
        "The model pack {pack} cannot be used beside the one in use here."
    ),
    "model_file_missing.no_pack": N_(
        "No model pack has been chosen yet. Run `mien models pull` to choose and fetch one."
    ),
    "model_file_missing.pack": N_(
        "A file of the model pack {name} is missing. Run `mien models pull` to fetch it."
    ),
    "model_file_missing.offline": N_(
        "The model file {file} is not in {models_dir}, and fetching is switched off. Run "
        "`mien models pull` once with a network connection. Or run `mien models pack` on a machine that "
        "has the files, copy the folder here and set MIEN_MODELS_FROM to it."
    ),
    "model_file_missing.not_in_folder": N_(
        "The folder {folder} does not have all files of the model pack {pack}. Missing: {files}. "
        "Nothing was copied. To get a complete folder, run `mien models pack` on a machine that "
        "has the pack."
    ),
    "model_file_missing.sample_offline": N_(
        "The sample photo {file} is not in {models_dir}, and fetching is switched off. Run "
        "`mien demo` once with a network connection."
    ),
    "model_file_missing.no_pack_at_start": N_(
        "No model pack has been chosen yet. Run `mien models pull` to choose and fetch one; "
        "`mien run` does this at its first start."
    ),
    "model_file_missing.file": N_("The model file {file} is missing. Run `mien models pull`."),
    "pack_changed": N_(
        "The model pack was changed to {pack}, but this server process still runs {engine_pack}. "
        "`mien serve` and `mien run` replace it within seconds; restart other servers."
    ),
    "model_file_damaged": N_(
        "The model file {file} of the pack {pack} is damaged. Run `mien models verify {pack} "
        "--repair` to fetch it again."
    ),
    "inference_runtime_missing.pack_other_chosen": N_(
        "The pack {pack} runs only on OpenVINO, but MIEN_INFERENCE_RUNTIME is onnxruntime. Set it "
        "to auto, or use another pack."
    ),
    "inference_runtime_missing.pack_openvino": N_(
        "The pack {pack} needs OpenVINO, which is not installed. Install it with `pip install "
        "'mien[openvino]'`."
    ),
    "inference_runtime_missing.other_chosen": N_(
        "This model runs only on OpenVINO, but ONNX Runtime is selected. Set "
        "MIEN_INFERENCE_RUNTIME to auto, or use another model pack."
    ),
    "inference_runtime_missing.openvino": N_(
        "This model runs on OpenVINO, which is not installed. Install it with `pip install "
        "'mien[openvino]'`, or use another model pack."
    ),
    "inference_runtime_missing.cuda": N_(
        "ONNX Runtime cannot use a graphics card here. Install NVIDIA's driver, and "
        "`onnxruntime-gpu[cuda,cudnn]` in place of `onnxruntime`; or set MIEN_INFERENCE_RUNTIME to "
        "auto."
    ),
    "session_forked": N_(
        "Process {user} uses a model that process {loader} loaded. Load models after the server "
        "has forked its workers (no preloading)."
    ),
}

_SERVERS: Final = {
    "overloaded": OVERLOADED,
    "unreadable_folder": N_("Cannot read the folder {folder}: {why}. Its pictures were skipped."),
    "unreadable_folder.link": N_(
        "The folder {folder} is a link and was skipped. Name it on the command line to use "
        "its pictures."
    ),
    "address_in_use": N_(
        "Port {port} of {host} is in use. Stop the program that uses it, or choose another "
        "port: {way}."
    ),
    "address_in_use.held": N_(
        "Port {port} of {host} is in use by {name}, process {pid}. Stop it, or choose another "
        "port: {way}."
    ),
    "address_in_use.socket": N_(
        "Another program already listens at {path}. Stop it, or choose another path: {way}."
    ),
    "shutting_down": N_("This server process is shutting down. Send the request again."),
    "client_gone": N_("The connection was closed before the response was ready."),
    "unknown_server_version.gunicorn": N_(
        "Gunicorn {version} is installed, but this version of Mien has been tested only with "
        "Gunicorn {known}. Install one of those, for example with `pip install "
        "'gunicorn=={major}.*'`."
    ),
}

_STORAGE: Final = {
    "storage_error.only_sqlite": N_(
        "Mien backs up only SQLite databases. For PostgreSQL use pg_dump, then copy the "
        "stored files: the folder `files` from MIEN_HOME, or the bucket."
    ),
    "storage_error.not_copied": N_("The database cannot be copied."),
    "index_unavailable": N_("The index does not respond. Try again in a moment."),
    "index_unavailable.no_pymilvus": N_(
        "MIEN_INDEX is milvus, but the library that speaks to Milvus is not installed. Install it "
        "with `pip install 'mien[milvus]'`, or choose another index."
    ),
    "index_unavailable.no_vector": N_(
        "MIEN_INDEX is pgvector, but the database has no extension `vector`. Install pgvector on "
        "the machine of PostgreSQL, then run CREATE EXTENSION vector in the database as a "
        "superuser; or choose another index."
    ),
    "index_unavailable.old_vector": N_(
        "The database has version {version} of the extension `vector`; Mien needs 0.8 or newer. "
        "Install it on the machine of PostgreSQL, then run ALTER EXTENSION vector UPDATE in the "
        "database."
    ),
    "index_unavailable.no_schema": N_(
        "Mien may not create the schema {schema} in the database. Run GRANT CREATE ON DATABASE "
        "for its role, or choose another index."
    ),
    "database_unreachable": N_(
        "The database does not respond. Check MIEN_DATABASE_URL, that the database server is "
        "running and that its disk has room. Then run `mien db check`."
    ),
    "database_unreachable.damaged": N_(
        "The database file is damaged or not a database. Restore it from a backup, or set "
        "MIEN_DATABASE_URL to another."
    ),
    "database_unreachable.address": N_(
        "The database address is not valid. It must look like sqlite:////path/mien.db or "
        "postgresql://user:password@host/name. PostgreSQL needs the extra mien[postgresql]."
    ),
    "database_busy": N_(
        "The database is busy: something else has locked it for too long. Nothing was changed. "
        "Try again in a moment."
    ),
    "storage_full": N_("The disk with the stored files is full. Free some space and try again."),
    "storage_full.store": N_(
        "The store with the photos has no space left. Free some space there, or raise its quota."
    ),
    "storage_full.temporary": N_(
        "The disk for temporary files is full, so large photos cannot be received. Free some "
        "space, or set TMPDIR to a folder on another disk and restart Mien."
    ),
    "storage_full.target": N_(
        "There is not enough space for {path}, so it was not written. Free some space, or "
        "write it to another disk."
    ),
    "storage_read_only": N_(
        "The stored files are read-only. Check how their disk is mounted and whether the system "
        "reports it as faulty."
    ),
    "storage_failed": N_(
        "Reading or writing the stored files failed. Check the disk, and that this account may "
        "read and write there."
    ),
    "storage_full.database": N_(
        "The disk with the database is full. Free some space and try again."
    ),
    "storage_read_only.temporary": N_(
        "The disk for temporary files is read-only, so large photos cannot be received. Set "
        "TMPDIR to a folder that this account may write to, and restart Mien."
    ),
    "storage_read_only.database": N_(
        "The database is read-only. Check how its disk is mounted, and that this account may "
        "write to its file and folder."
    ),
    "storage_failed.temporary": N_(
        "This account has no writable folder for temporary files, so large photos cannot be "
        "received. Set TMPDIR to one and restart Mien."
    ),
    "storage_failed.target": N_("Cannot write {path}: {why}."),
    "storage_failed.database": N_(
        "Reading or writing the database failed. Check its disk, then run `mien db check`."
    ),
    "database_busy.in_use": N_(
        "The database {database} is in use. Nothing was changed. Stop Mien and any other program "
        "that has it open, then try again."
    ),
    "database_busy.replaced": N_(
        "The database is being restored from a backup. Try again when that is done."
    ),
    "database_replaced": N_(
        "The database file was replaced or deleted while Mien was running, so nothing is being "
        "stored. Stop Mien and start it again."
    ),
    "database_outdated.tables": N_(
        "The database does not have all tables and columns that this version of Mien needs. Run "
        "`mien db upgrade`."
    ),
    "database_outdated": N_(
        "The database has schema revision {have}, but this version of Mien needs {need}. Run "
        "`mien db upgrade`."
    ),
    "database_outdated.newer": N_(
        "The database has schema revision {have}, which is too new for this version of Mien; it "
        "needs {need}. Install the newer version of Mien here, then reload or restart it."
    ),
    "database_outdated.backup": N_(
        "The backup has schema revision {have}, which this version of Mien does not know. "
        "Restore it with the version that made it, or a newer one."
    ),
    "database_missing": N_(
        "There is no database here yet. `mien run` creates one and starts Mien; `mien db upgrade` "
        "only creates one."
    ),
    "database_missing.place": N_(
        "There is no database yet: {database}. `mien run` creates one and starts Mien; "
        "`mien db upgrade` only creates one. If there should be one, check MIEN_HOME and MIEN_DATABASE_URL."
    ),
    "files_unavailable": N_(
        "The stored photos cannot be reached, so nothing is being stored. Run `mien db check` "
        "for details."
    ),
    "files_unavailable.store": N_(
        "The store with the photos does not respond. Try again in a moment."
    ),
    "files_unavailable.refused": N_(
        "The store with the photos refuses what Mien asks ({why}). Check its credentials and what "
        "they allow, MIEN_FILES_URL and MIEN_FILES_S3_REGION."
    ),
    "files_unavailable.no_bucket": N_(
        "The store with the photos has no such bucket. Create it, or correct MIEN_FILES_URL and "
        "MIEN_FILES_S3_ENDPOINT."
    ),
    "files_unavailable.no_credentials": N_(
        "There are no credentials for the store with the photos. Set MIEN_FILES_S3_ACCESS_KEY and "
        "MIEN_FILES_S3_SECRET_KEY."
    ),
    "files_unavailable.no_botocore": N_(
        "MIEN_FILES_URL is set, but the library that speaks to such stores is not installed. "
        "Install it with `pip install 'mien[s3]'`."
    ),
    "files_unavailable.versions": N_(
        "The store with the photos keeps older versions of objects, but does not let Mien list "
        "them. Allow s3:ListBucketVersions and s3:DeleteObjectVersion."
    ),
    "files_unavailable.moved": N_(
        "The photos have been moved from {folder} to another place. Set MIEN_FILES_URL to that "
        "place, and restart Mien."
    ),
    "files_unavailable.incoming": N_(
        "The photos are being moved to {folder}, and not all are there yet. Run `mien files move` "
        "again to finish that."
    ),
    "files_unavailable.away": N_(
        "{folder} does not say which database its files belong to. It has {found} of "
        "the {files} files that the database {database} refers to. Mount the disk with the files, "
        "or restore them. If they are lost, run `mien db adopt`."
    ),
    "files_unavailable.not_readable": N_(
        "Cannot read which database {folder} belongs to: {why}. Check that the disk is "
        "mounted and that this account may read it."
    ),
    "files_unavailable.not_writable": N_(
        "Cannot write to the folder {folder}: {why}. Check that the disk is mounted and that this "
        "account may write to it."
    ),
    "files_of_another_database.marker": N_(
        "The files in {folder} belong to another database (installation {marker}), not to "
        "{database} (installation {installation}). Nothing was changed. Set MIEN_HOME and "
        "MIEN_DATABASE_URL to a home and a database that belong together. If these two do, run "
        "`mien db adopt`. If the files' own database is lost, run `mien db begin-anew`."
    ),
    "files_of_another_database.unclaimed": N_(
        "There are files in {folder}, but the database {database} refers to none of them. Nothing "
        "was changed. Set MIEN_HOME and MIEN_DATABASE_URL to a home and a database that belong "
        "together, or restore the database. If it is lost, run `mien db begin-anew`."
    ),
    "files_of_another_database.no_database": N_(
        "There are files of an installation in {folder}, but their database is missing: "
        "{database}. Nothing was created or changed. Set MIEN_DATABASE_URL back to what it was, "
        "or restore the database. If it is lost, run `mien db begin-anew`."
    ),
    "files_of_another_database.nothing_in_common": N_(
        "There are files in {folder}, but the database {database} refers to none of them, so they "
        "do not belong together. To set these files aside and continue with this database, run "
        "`mien db begin-anew`."
    ),
    "file_missing": N_(
        "A stored file is missing. Restore it from a backup. `mien db check` lists "
        "all missing files."
    ),
    "file_missing.not_as_written": N_(
        "A file read back from {place} is not what was written there, so nothing was moved. Check "
        "that store, then run the command again."
    ),
    "file_missing.just_removed": N_("The file has just been deleted."),
    "file_missing.name": N_("There is no stored file with this name."),
}

ERRORS: Final[Mapping[str, str]] = {
    **JOB_ERRORS,
    **_IMAGE,
    **_FORMS,
    **_FACES,
    **_NOT_FOUND,
    **_CONFLICTS,
    **_INPUT,
    **_ACCESS,
    **_MODELS,
    **_SERVERS,
    **_STORAGE,
}
"""Every error message, by its key."""
