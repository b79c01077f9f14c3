"""What to say about each error: what happened, and the way out.

A sentence is under the error's code, or `code.variant` where one code has several. Fields in braces
are the error's `words` and `extra`.
"""

from collections.abc import Mapping
from typing import Final

from mien.words.http_codes import OVERLOADED
from mien.words.marking import N_

_IMAGE: Final = {
    "unreadable_image.not_readable": N_("The file cannot be read: {why}."),
    "unreadable_image.jpeg_scans": N_(
        "The JPEG has more than {most} scans, which no camera writes. Save it anew with another "
        "program."
    ),
    "unreadable_image.jpeg_segments": N_(
        "The JPEG has more than {most:,} segments, which no camera writes. Save it anew with "
        "another program."
    ),
    "unreadable_image.png_chunks": N_(
        "The PNG has more than {most:,} parts, which no program writes. Save it anew with another "
        "program."
    ),
    "unreadable_image.tiff_parts": N_(
        "The TIFF is cut into more than {most:,} parts. Save it with larger strips or tiles, or "
        "as JPEG or PNG."
    ),
    "unreadable_image.not_written": N_("The picture could not be written as JPEG."),
    "unreadable_image.header": N_(
        "The file starts like {kind} but its header is truncated or damaged."
    ),
    "unreadable_image.truncated": N_(
        "The file starts like {kind} but ends too early: it is truncated. Copy it anew and send "
        "it again."
    ),
    "unreadable_image.damaged": N_(
        "The file starts like {kind} but cannot be read: it is truncated, damaged, or not what "
        "it claims to be."
    ),
    "unsupported_image.video": N_("The file is a video, not a photo. Accepted are {accepted}."),
    "unsupported_image.empty": N_("The file is empty."),
    "unsupported_image.heic": N_(
        "HEIC pictures need the library pillow-heif, which is not installed here."
    ),
    "unsupported_image.narrow": N_(
        "The picture is {width} by {height} pixels; its long side may be at most {ratio} times "
        "the short one. Cut out the part that shows people."
    ),
    "unsupported_image.jpeg_bits": N_(
        "The JPEG has {bits} bits a colour, where 8 are read. Save it as an ordinary JPEG or as PNG."
    ),
    "unsupported_image.jpeg_process": N_(
        "The JPEG is of a rare kind that is not read: lossless, hierarchical, or with an unusual "
        "number of colours. Save it as an ordinary JPEG or as PNG."
    ),
    "unsupported_image.camera_raw": N_(
        "The file holds the raw data of a camera's sensor, not a developed picture. Export it as "
        "JPEG."
    ),
    "unsupported_image.tiff_numbers": N_(
        "The TIFF holds its pixels as numbers of {bits} bits of a kind that is not read. Save it "
        "with 8 or 16 bits a colour."
    ),
    "unsupported_image.tiff_colours": N_(
        "The TIFF holds colours in a way that is not read (PhotometricInterpretation "
        "{photometric}). Save it in RGB."
    ),
    "unsupported_image.tiff_coding": N_(
        "The TIFF is coded in a way that is not read ({coding}). Save it with LZW, Deflate or "
        "without compression."
    ),
    "unsupported_image.animated": N_("The picture is animated; send one frame of it as a photo."),
    "unsupported_image.pdf": N_("The file is a PDF document. Accepted are {accepted}."),
    "unsupported_image.postscript": N_(
        "The file is a PostScript document. Accepted are {accepted}."
    ),
    "unsupported_image.photoshop": N_("The file is a Photoshop document. Accepted are {accepted}."),
    "unsupported_image.archive": N_(
        "The file is an archive or office document. Accepted are {accepted}."
    ),
    "unsupported_image.svg": N_("The file is an SVG drawing. Accepted are {accepted}."),
    "unsupported_image.xml": N_("The file is an XML document. Accepted are {accepted}."),
    "unsupported_image.web_page": N_("The file is a web page. Accepted are {accepted}."),
    "unsupported_image.video_file": N_("The file is a video. Accepted are {accepted}."),
    "unsupported_image.jpeg_xl": N_("The file is a JPEG XL picture. Accepted are {accepted}."),
    "unsupported_image.jpeg_2000": N_("The file is a JPEG 2000 picture. Accepted are {accepted}."),
    "unsupported_image.unknown": N_(
        "The file is not an image that is known here. Accepted are {accepted}."
    ),
    "image_too_large.photo": N_(
        "The photo has more than the {max_bytes:,} bytes that are accepted."
    ),
    "image_too_large.setting": N_(
        "The file has {size:,} bytes; at most {max_bytes:,} are accepted. MIEN_MAX_UPLOAD_BYTES "
        "changes that."
    ),
    "image_too_large.file": N_("The file has {bytes:,} bytes; at most {max_bytes:,} are accepted."),
    "too_many_pixels.size": N_(
        "The picture is {width} by {height}, {pixels:,} pixels; at most {max_pixels:,} are "
        "accepted. Make it smaller and send it again."
    ),
    "too_many_pixels.needs_memory": N_(
        "To decode this picture of {width} by {height} takes {need_mb:,} MB of memory; "
        "{most_mb:,} MB are allowed. Make it smaller, or save it as an ordinary JPEG (not "
        "progressive)."
    ),
    "too_many_pixels.memory": N_("The picture needs more memory than there is."),
    "photo_takes_too_long": N_(
        "Looking at this photo takes longer than the {seconds:g} seconds that one may take. Send a "
        "part of it, or a smaller copy."
    ),
}

_FORMS: Final = {
    "form_without_boundary": N_(
        "The form does not say what separates its parts: the header `Content-Type` lacks its "
        "`boundary`. Let your program set this header by itself."
    ),
    "form_broken_off": N_(
        "The form ends before its last boundary: it was broken off on the way. Send it again."
    ),
    "form_damaged": N_(
        "The form cannot be taken apart. Send it as multipart/form-data, each part with its "
        "headers."
    ),
    "form_damaged.boundary": N_(
        "The boundary that the header `Content-Type` names does not occur in the form. Let your "
        "program set this header by itself."
    ),
}

_FACES: Final = {
    "no_face_found": N_("{reasons} {advice}"),
    "no_face_found.person": N_("This person has no photo yet. Add one, then compare."),
    "no_face_found.photo": N_(
        "No face was found in this photo. Take one in which the face is upright, lit from the "
        "front and not too small."
    ),
    "several_faces_found": N_("{reasons} {advice}"),
    "face_number_out_of_range": N_(
        "The photo has no face number {number}; it has {count}, counted from 1."
    ),
    "face_number_out_of_range.left_out": N_(
        "The photo has no face number {number}: only its {count} largest faces are looked at."
    ),
    "face_number_out_of_range.held": N_("The photo has no face number {number}."),
    "photo_not_good_enough": N_("This face is not stored. {reasons} {advice}"),
}

_NOT_FOUND: Final = {
    "not_found.sign_in": N_("This browser is signed out already."),
    "gallery_not_found": N_("There is no gallery of this name."),
    "gallery_not_found.nothing_set_up": N_(
        "There is no gallery “{name}”: nothing was set up here yet."
    ),
    "gallery_not_found.removed": N_("The gallery has been removed."),
    "person_not_found.id": N_("Nobody in this gallery has this id."),
    "person_not_found.name": N_(
        "Nobody in this gallery has this name. Create them as a new person."
    ),
    "person_not_found.name_or_id": N_("Nobody in this gallery has this name or id."),
    "face_not_found": N_("There is no face of this id here."),
    "photo_not_found": N_("The original photo of this face was not kept."),
    "photo_not_found.unknown": N_("No original photo with this id is kept in this gallery."),
    "probe_not_found": N_(
        "This photo is no longer held. Photos on the pages are let go after a while; choose it "
        "again."
    ),
    "probe_not_found.other_gallery": N_(
        "This photo is held for another gallery. Choose it again here."
    ),
    "user_not_found.removed": N_("This account has been removed."),
    "user_not_found.name": N_("No account has this name."),
    "user_not_found.removed_already": N_("This account has been removed already."),
    "key_not_found": N_("No API key has this id."),
}

_CONFLICTS: Final = {
    "conflict.other_model": N_(
        "Vectors of two models cannot be compared, and these galleries hold faces of another "
        "one: {held}. Remove them, or import their people into a new installation with "
        "MIEN_PACK={pack}."
    ),
    "conflict.already_bound": N_(
        "The files in {folder} belong to the database {database} already, so there is nothing to "
        "begin anew."
    ),
    "conflict.files_in_use": N_(
        "The database {database} refers to {found} of the files in {folder}, so there is nothing "
        "to begin anew. To bind the two: `mien db adopt`."
    ),
    "name_taken.account": N_("An account of this name exists already."),
    "name_taken.gallery": N_("A gallery of this name exists already."),
    "name_taken.person": N_(
        "This gallery has a person of this name already. If this is another person, say so."
    ),
    "name_taken.other_person": N_(
        "This gallery has another person of this name already. If both are called so, say so."
    ),
    "person_ambiguous": N_(
        "Several people of this gallery have this name. Say which by the id: {ids}."
    ),
    "gallery_model_mismatch.version": N_(
        "The gallery belongs to the model pack {gallery_pack} of another version, but "
        "{engine_pack} is running, and vectors of two models cannot be compared. If the pack was "
        "changed meanwhile, start Mien again; else go back to the version of Mien that made it, "
        "or make a new gallery."
    ),
    "gallery_model_mismatch.pack": N_(
        "The gallery belongs to the model pack {gallery_pack}, but {engine_pack} is running, and "
        "vectors of two models cannot be compared. If the pack was changed meanwhile, start Mien "
        "again; else go back with `mien models use {gallery_pack}`, or make a new gallery."
    ),
    "gallery_protected.remove": N_("The default gallery cannot be removed; remove its people."),
    "gallery_protected.rename": N_("The default gallery keeps its name."),
    "last_administrator": N_(
        "This is the last administrator. Make another one first: `mien users add NAME --admin`."
    ),
    "setup_finished": N_("Mien is set up already. Sign in instead."),
}

_INPUT: Final = {
    "invalid_input.scopes": N_("A key has at least one scope, out of: {scopes}."),
    "invalid_input.password_too_short": N_(
        "A password has at least {least} characters. A few words make a good one."
    ),
    "invalid_input.password_easy": N_(
        "This password is easy to guess: it is common, or made of a name or a pattern. A few words "
        "that do not belong together make a good one."
    ),
    "invalid_input.password_too_long": N_("A password has at most {most} characters."),
    "invalid_input.password_not_text": N_("A password is text; this one holds no valid text."),
    "invalid_input.photo_missing": N_("A photo is missing: send it as `{field}`."),
    "invalid_input.unknown_field": N_("There is no field of this name here."),
    "invalid_input.field_repeated": N_("This field may be sent only once."),
    "invalid_input.backup_of_sqlite_only": N_(
        "A backup holds an SQLite database for the home folder, and MIEN_DATABASE_URL names "
        "another. Unset it; PostgreSQL has pg_restore."
    ),
    "invalid_input.folder_not_writable": N_(
        "{folder} cannot be written to: {why}. Name another folder."
    ),
    "invalid_input.enrolled_option": N_(
        "--enrolled is a number of people, “half” or “all”, not “{text}”."
    ),
    "invalid_input.no_subfolders": N_(
        "The folder {folder} has no subfolders. Make one for each person, with the person's "
        "name, and put the pictures there."
    ),
    "invalid_input.no_pictures_of_people": N_("The folder {folder} holds no pictures of people."),
    "invalid_input.setting": N_("{field} cannot be used: {why}."),
    "invalid_input.secret_file": N_(
        "The file {path}, named by a MIEN_…_FILE variable, cannot be read: {why}."
    ),
    "invalid_input.no_pictures": N_("The folder {folder} holds no pictures."),
    "invalid_input.take": N_("What is taken is one of {takes}."),
    "invalid_input.number_and_take": N_(
        "Say which face is meant in one way: by its number, or by `take`."
    ),
    "invalid_input.too_little_to_calibrate": N_(
        "There are {people} people and {pairs} pairs of photos of one person; a calibration "
        "needs {least_people} people and {least_pairs} pairs. Add people, and people with two "
        "photos or more."
    ),
    "invalid_input.not_separable": N_(
        "Photos of one person are no more alike than those of two. See whether each folder holds "
        "the photos of one person."
    ),
    "invalid_input.python": N_("Mien needs Python 3.11 or newer, not {python!r}."),
    "invalid_input.pack": N_("{pack!r} is no model pack; `mien models list` has them."),
    "invalid_input.published_port": N_("{published!r} is no port or ADDRESS:PORT."),
    "invalid_input.image": N_("{value!r} is no name of an image."),
    "invalid_input.unquotable": N_(
        "{text!r} of MIEN_{variable} cannot stand in a configuration: take a value without "
        "spaces, quotes and the like."
    ),
    "invalid_input.application": N_("{module!r} is no application: give it as mien.wsgi:app."),
    "invalid_input.default_gallery_needs_uwsgi": N_(
        "A default gallery is passed on by the uwsgi protocol, so that no client can set it: "
        "give uwsgi:// upstreams only, or set MIEN_DEFAULT_GALLERY for the nodes."
    ),
    "invalid_input.upstream": N_(
        "{text!r} names no node. Give http://HOST:PORT for Gunicorn, uwsgi://HOST:PORT for "
        "uWSGI, or unix:/PATH instead of HOST:PORT."
    ),
    "invalid_input.value": N_("{value!r} cannot be used for {field}: give {wanted}."),
    "invalid_input.network": N_("{value!r} is no address and no network: {why}."),
    "invalid_input.no_folder": N_("There is no folder {folder}."),
    "invalid_input.no_cache": N_(
        "{path} is no cache of `mien evaluate`. Name another file, or remove it."
    ),
    "invalid_input.not_writable": N_("{path} cannot be written: {why}."),
    "invalid_input.no_face": N_("No face was found in the photos."),
    "invalid_input.write_protected": N_("{path} cannot be written."),
    "invalid_input.list_not_readable": N_("The list {path} cannot be read."),
    "invalid_input.list_one_folder": N_(
        "In {path}, line {number} names one folder. Name two or more that are one person, with "
        "tabs between them."
    ),
    "invalid_input.pairs_empty": N_("{source} is empty."),
    "invalid_input.pairs_count": N_(
        "{source}, line {line} promises {folds} fold(s) of {pairs:,} pairs of each kind, that is "
        "{lines:,} lines; {follow:,} follow."
    ),
    "invalid_input.pairs_one_kind": N_(
        "{source} has pairs of one kind only. Without both no error can be weighed against the "
        "other."
    ),
    "invalid_input.pairs_first_line": N_(
        "{where}: the first line says how many folds there are and how many pairs of each kind "
        "in a fold, like “10 300”, or only the latter."
    ),
    "invalid_input.pairs_columns": N_(
        "{where}: a pair is “Name 1 2” or “Name 1 Other 2”, not {count} words. Names with spaces "
        "need tabs between the words."
    ),
    "invalid_input.pairs_two_names": N_(
        "{where}: two photos of one person are written “Name 1 2”."
    ),
    "invalid_input.pairs_folder": N_("{where}: this is no name of a folder."),
    "invalid_input.pairs_number": N_("{where}: a number is expected."),
    "invalid_input.not_readable": N_("{path} cannot be read: {why}."),
    "invalid_input.not_utf8": N_("{path} is no text in UTF-8."),
    "invalid_input.people_folders": N_(
        "The folder {folder} has no subfolders. Make one for each person, and put the person's "
        "pictures there."
    ),
    "invalid_input.photos_missing": N_(
        "{missing:,} of {wanted:,} photos that are named are not in {folder}, the first of them: "
        "{first}. Name the folder that holds them, or take their lines out."
    ),
    "invalid_input.report_kind": N_(
        "A report is a page (.html) or a picture (.png); {path} is neither by its ending."
    ),
    "invalid_input.report_needs_matplotlib": N_(
        "A report needs Matplotlib, which draws its curves. Install it with "
        "`pip install 'mien[report]'`, or leave --report out."
    ),
    "invalid_input.no_face_to_enrol": N_("No face was found in the photos to be enrolled."),
    "invalid_input.no_face_of_strangers": N_("No face was found in the strangers' photos."),
    "invalid_input.too_few_photos": N_(
        "Nobody has more than {examples} photo(s), and an enrolled person is searched for with "
        "another photo. Add photos, or enrol fewer examples of each."
    ),
    "invalid_input.no_strangers": N_(
        "Of {people:,} people {enrolled:,} would be enrolled and nobody left as a stranger. "
        "Enrol fewer."
    ),
    "invalid_input.nobody_enrolled": N_("At least one person has to be enrolled."),
    "invalid_input.person_not_chosen": N_("Type the name of somebody in this gallery."),
    "invalid_input.cursor": N_(
        "The cursor is not one that this list gave for this order. Begin without one."
    ),
    "invalid_input.page_size": N_("A page has 1 to {most} people."),
    "invalid_input.review_limit": N_("A review lists 1 to {most} faces."),
    "invalid_input.pair_of_one": N_("Name two people who are not the same."),
    "invalid_input.notes_too_long": N_("Notes have at most {most} characters."),
    "invalid_input.notes_characters": N_("Notes hold a character that is none."),
    "invalid_input.metadata_too_large": N_("Metadata has at most {most} bytes as JSON."),
    "invalid_input.metadata_null_character": N_("Metadata cannot hold a null character."),
    "invalid_input.metadata_not_object": N_("Metadata is a JSON object."),
    "invalid_input.candidate_limit": N_("A limit is a number from 1 to {most}."),
    "invalid_input.threshold": N_("A threshold is a similarity from -1 to 1."),
    "invalid_input.accepted_rate": N_(
        "An accepted rate is a share from 0.000001 (1 of a million) to 0.5 (every second)."
    ),
    "invalid_input.gate": N_("A gate is one of {gates}."),
    "invalid_input.unknown_setting": N_("There is no such setting of a gallery."),
    "invalid_input.default_gallery_header": N_(
        "The web server in front passes a {field} that is no name of a gallery. Correct it in "
        "that server's configuration."
    ),
    "invalid_input.too_many_photos_so_far": N_(
        "Send at most {most} photos at once. Those before this one are answered."
    ),
    "invalid_input.only_files": N_("Every part of this form is a file with the name `{name}`."),
    "invalid_input.one_photo": N_("Send one photo at a time."),
    "invalid_input.too_many_photos": N_("Send at most {most} photos at once."),
    "invalid_input.part_without_name": N_(
        "A part of the form has no name. Send the photo as `photo`."
    ),
    "invalid_input.not_an_object": N_("Send a JSON object."),
    "invalid_input.not_base64_text": N_("Send the photo as text in base64."),
    "invalid_input.data_address": N_(
        "Send the photo's base64 alone, without the `data:…;base64,` before it."
    ),
    "invalid_input.null_character": N_("A null character cannot be part of any text here."),
    "invalid_input.base64": N_(
        "The photo is not valid base64: it is cut off, or has characters or line breaks that do "
        "not belong."
    ),
    "invalid_input.file_exists": N_("{path} exists already. Name a new file."),
    "invalid_input.file_not_made": N_("{path} cannot be made: {why}."),
    "invalid_input.no_backup": N_(
        "{path} is no backup of Mien: it holds something else, or lacks the database."
    ),
    "invalid_input.no_erasures": N_(
        "{path} is no list of erasures: it cannot be read, or holds something else. Name the file "
        "`erasures` of a home folder."
    ),
    "invalid_input.home_in_use": N_(
        "{home} holds a database or files already. Name another folder with MIEN_HOME, or "
        "replace everything in it with --force."
    ),
    "invalid_input.backup_damaged": N_(
        "The database in the backup is damaged. Take an older backup."
    ),
    "invalid_input.backup_not_readable": N_(
        "{path} cannot be read as a backup: it is not there, cut off, or something else."
    ),
    "invalid_input.name_control_characters": N_(
        "A name cannot hold control characters or line breaks. Write it on one line."
    ),
    "invalid_input.name_empty": N_("A name cannot be empty."),
    "invalid_input.name_too_long": N_(
        "A name has at most {most} characters; this one has {length}."
    ),
    "invalid_input.name_ligatures": N_(
        "This name holds ligatures that stand for too many letters. Write them out."
    ),
    "invalid_input.gallery_name": N_(
        "A gallery's name has 1 to 100 characters: unaccented letters, digits, dots, hyphens and "
        "underscores, and begins with a letter or a digit."
    ),
    "invalid_input.cannot_listen": N_("Nothing can listen on port {port} of {host}: {why}."),
    "invalid_input.port_not_allowed": N_(
        "Port {port} may not be used by this account; ports from 1024 on are for everybody."
    ),
    "invalid_input.no_address": N_("{host} is no address of this machine."),
    "invalid_input.no_address_of_machine": N_(
        "{host} is no address of this machine. 127.0.0.1 serves this machine alone, 0.0.0.0 "
        "every network it is on."
    ),
    "invalid_input.home_not_writable": N_(
        "The folder {home} cannot be written to: {why}. MIEN_HOME names another."
    ),
    "invalid_input.drawn_size": N_("A drawn face needs {least} pixels, not {size_px}."),
    "invalid_input.confirm_name": N_("Type “{name}” to confirm."),
    "invalid_input.nobody_named": N_("Say whose face it is."),
    "invalid_input.missing": N_("`{field}` is missing."),
    "invalid_input.not_json_object": N_("`{field}` has to be a JSON object."),
    "invalid_input.member": N_("`{field}` cannot be used: {why}."),
}

_ACCESS: Final = {
    "not_authenticated": N_("Sign in first."),
    "not_authenticated.ended": N_("Your sign-in has ended. Sign in again."),
    "not_authenticated.key_needed": N_(
        "This call needs an API key, in the header `Authorization: Bearer <key>` or "
        "`X-API-Key: <key>`."
    ),
    "not_authenticated.send_again": N_("Sign in first; then send the photo again."),
    "wrong_credentials": N_("The name and the password do not belong together."),
    "wrong_credentials.present_password": N_("The present password is not right."),
    "too_many_attempts.second": N_("Too many wrong passwords. Try again in 1 second."),
    "too_many_attempts.seconds": N_(
        "Too many wrong passwords. Try again in {retry_after_seconds} seconds."
    ),
    "too_many_attempts.minutes": N_("Too many wrong passwords. Try again in {minutes} minutes."),
    "key_invalid": N_("This API key is unknown or has been revoked."),
    "scope_missing": N_("This key lacks the scope `{scope}`. Create one that has it."),
    "not_permitted.key": N_("API keys may not do this."),
    "not_permitted.administrators_only": N_("Only administrators may do this."),
    "not_permitted.own_account_only": N_("Only whose account it is may do this."),
    "host_not_allowed": N_(
        "Mien does not answer under this host name. The operator lists the names it has in "
        "MIEN_HOSTS."
    ),
    "wrong_credentials.own_password": N_("This is not your password."),
    "reset_link_invalid": N_(
        "This link for a new password does not work: it is incomplete, was used already, or is too "
        "old. Ask an administrator for a new one."
    ),
    "setup_link_invalid": N_(
        "This set-up link does not work: it is incomplete, or Mien was started again since. Use "
        "the link that the last start printed."
    ),
}

_MODELS: Final = {
    "pack_not_found": N_("No pack is named {name}. There are: {names}."),
    "pack_invalid.calibration_rule": N_("The calibration breaks a rule. {places}"),
    "pack_invalid.file_not_readable": N_("{path} cannot be read: {why}."),
    "pack_invalid.manifest_not_readable": N_("The manifest cannot be read: {why}."),
    "pack_invalid.manifest_not_toml": N_("The manifest is not TOML: {why}"),
    "pack_invalid.manifest_rule": N_("The manifest breaks a rule. {places}"),
    "pack_invalid.in_file": N_("{path}: {why}"),
    "pack_invalid.not_usable": N_("{path} cannot be used. {why}"),
    "pack_invalid.name_taken": N_("The name {name} is taken by another pack; choose another."),
    "pack_unavailable.not_writable": N_(
        "The model file {file} cannot be kept: {folder} cannot be written to ({why}). Set "
        "MIEN_MODELS_DIR to a folder that can."
    ),
    "pack_unavailable.built_in": N_("The files of no built-in pack can be had here."),
    "pack_unavailable.none": N_("No pack can be used. {packs}"),
    "pack_unavailable.one": N_("{pack}: {why}"),
    "pack_unavailable.no_source": N_("No source gave the model file {file}. {reasons}"),
    "source_unavailable.file": N_("The file {path} cannot be read: {why}."),
    "source_unavailable.not_https": N_(
        "{address} is not an https address, and only such are fetched from."
    ),
    "source_unavailable.ended_early": N_("{name} ended after {done} of {size_bytes} bytes."),
    "source_unavailable.status": N_("{name} answered {status} {why}."),
    "source_unavailable.no_answer": N_("{name} did not answer within {seconds:g} seconds."),
    "source_unavailable.not_reached": N_("{name} cannot be reached: {why}."),
    "source_unavailable.silent": N_(
        "{name} was silent for {seconds:g} seconds after {done} of {size_bytes} bytes."
    ),
    "source_unavailable.broke_off": N_(
        "{name} broke off after {done} of {size_bytes} bytes: {why}."
    ),
    "source_unavailable.member_outside": N_(
        "The member {member} leads out of {archive}; it is refused."
    ),
    "source_unavailable.no_member": N_("{archive} has no member {member}."),
    "source_unavailable.archive": N_("{archive} cannot be unpacked: {why}."),
    "source_unavailable.not_a_file": N_("{name} is no regular file."),
    "source_unavailable.no_npm": N_(
        "npm is not installed, so {package} cannot be asked for; install npm, or choose a pack "
        "that needs none."
    ),
    "source_unavailable.npm_silent": N_(
        "{package} in npm: npm was silent for {seconds:g} seconds."
    ),
    "source_unavailable.npm_failed": N_("{package} in npm could not be downloaded: {why}"),
    "source_unavailable.no_pip": N_(
        "pip is not installed beside Mien, so {name} cannot be asked for; install pip in the "
        "same environment."
    ),
    "source_unavailable.pip_silent": N_("{name}: pip was silent for {seconds:g} seconds."),
    "source_unavailable.pip_failed": N_("{name} could not be downloaded: {why}"),
    "source_unavailable.too_long": N_(
        "{name} is longer than the {size_bytes} bytes that the manifest names."
    ),
    "digest_mismatch": N_(
        "{source} gave other bytes than the manifest names and was refused: SHA-256 {got} "
        "instead of {expected}."
    ),
    "digest_mismatch.no_source": N_("No source gave the model file {file}. {reasons}"),
    "conversion_failed.no_converter": N_("No converter is named {how}."),
    "conversion_failed.dlib_file": N_("dlib's network cannot be read at byte {position}: {why}."),
    "conversion_failed.dlib_differs": N_(
        "The converted dlib network gives other numbers than dlib: they differ by "
        "{difference:.2g}, where {tolerance:.0e} is accepted."
    ),
    "conversion_failed.dlib_build": N_("dlib's network could not be converted: {why}"),
    "conversion_failed.dlib_run": N_("The converted dlib network does not run: {why}"),
    "conversion_failed.shape_inputs": N_(
        "Only networks with one input, all of pictures, can be freed."
    ),
    "conversion_failed.shape_not_onnx": N_("The file is not ONNX, so its shapes cannot be freed."),
    "conversion_failed.shape_run": N_("The freed network does not run: {why}"),
    "conversion_failed.shape_fixed": N_(
        "The freed network's outputs do not follow the picture's size."
    ),
    "model_file_missing.no_pack": N_(
        "No model pack has been chosen yet. `mien models pull` chooses one and fetches it."
    ),
    "model_file_missing.pack": N_(
        "A file of the model pack {name} is missing. `mien models pull` fetches it."
    ),
    "model_file_missing.offline": N_(
        "The model file {file} is not in {models_dir}, and fetching is switched off. Run "
        "`mien models pull` once with a network, or bring the files in a folder: `mien models pack` "
        "writes one on a machine that has them, and MIEN_MODELS_FROM names it here."
    ),
    "model_file_missing.not_in_folder": N_(
        "The folder {folder} lacks files of the model pack {pack}: {files}. Nothing was taken from "
        "it. `mien models pack`, on a machine that has the pack, writes a folder with all of them."
    ),
    "model_file_missing.sample_offline": N_(
        "The sample photo {file} is not in {models_dir}, and fetching is switched off. Run "
        "`mien demo` once with a network."
    ),
    "model_file_missing.no_pack_at_start": N_(
        "No model pack has been chosen yet. `mien models pull` chooses one and fetches it; "
        "`mien run` does so at its first start."
    ),
    "model_file_missing.file": N_("The model file {file} is not there. Run `mien models pull`."),
    "model_file_damaged": N_(
        "The model file {file} of the pack {pack} is damaged. Run `mien models verify {pack} "
        "--repair` to fetch it again."
    ),
    "inference_runtime_missing.pack_other_chosen": N_(
        "The pack {pack} runs on OpenVINO alone, and MIEN_INFERENCE_RUNTIME is onnxruntime; set "
        "it to auto, or use another pack."
    ),
    "inference_runtime_missing.pack_openvino": N_(
        "The pack {pack} needs OpenVINO, which is not installed; install it with "
        "`pip install 'mien[openvino]'`."
    ),
    "inference_runtime_missing.other_chosen": N_(
        "This model runs with OpenVINO alone, and ONNX Runtime was asked for; set "
        "MIEN_INFERENCE_RUNTIME to auto, or use another model pack."
    ),
    "inference_runtime_missing.openvino": N_(
        "This model runs with OpenVINO, which is not installed. Install it with "
        "`pip install 'mien[openvino]'`, or use another model pack."
    ),
    "session_forked": N_(
        "A model loaded by process {loader} is used by process {user}. Load models after the "
        "server has forked its workers (no preloading)."
    ),
}

_SERVERS: Final = {
    "overloaded": OVERLOADED,
    "unreadable_folder": N_(
        "The folder {folder} cannot be read: {why}. Its pictures are missing here."
    ),
    "unreadable_folder.link": N_(
        "The folder {folder} is a link and is not entered. Name it itself to have its pictures read."
    ),
    "address_in_use": N_(
        "Port {port} of {host} is in use. Stop what listens there, or take another: {way}."
    ),
    "address_in_use.held": N_(
        "Port {port} of {host} is in use by {name}, process {pid}. Stop it, or take another port: "
        "{way}."
    ),
    "address_in_use.socket": N_(
        "Somebody listens at {path} already. Stop it, or take another path: {way}."
    ),
    "shutting_down": N_("This process of the server is ending. Send the request again."),
    "client_gone": N_("The connection was closed before the answer was there."),
    "unknown_server_version.gunicorn": N_(
        "Gunicorn {version} is installed, and this version of Mien was tried with Gunicorn "
        "{known} only. Install one of those, for example with "
        "`pip install 'gunicorn=={major}.*'`."
    ),
}

_STORAGE: Final = {
    "storage_error.only_sqlite": N_(
        "Only a SQLite database is copied by Mien. For PostgreSQL use pg_dump, and copy the "
        "folder `files` of MIEN_HOME after it."
    ),
    "storage_error.not_copied": N_("The database cannot be copied."),
    "index_unavailable": N_("The index does not answer. Try again in a moment."),
    "database_unreachable": N_(
        "The database does not answer. Check MIEN_DATABASE_URL, that the server runs and that "
        "its disk has room; then run `mien db check`."
    ),
    "database_unreachable.damaged": N_(
        "The database file is damaged or is no database. Restore it from a backup, or name "
        "another with MIEN_DATABASE_URL."
    ),
    "database_unreachable.address": N_(
        "The database address cannot be used. It looks like sqlite:////path/mien.db or "
        "postgresql://user:password@host/name, and PostgreSQL needs the extra mien[postgresql]."
    ),
    "database_busy": N_(
        "The database is busy: somebody has held what is needed for too long. Nothing was changed. "
        "Try again in a moment."
    ),
    "storage_full": N_("The disk that holds the stored files is full. Make room and try again."),
    "storage_full.temporary": N_(
        "The disk of the temporary files is full, so large photos cannot be taken. Make room "
        "there, or set TMPDIR to a folder on another disk and start Mien again."
    ),
    "storage_full.target": N_(
        "There is no room for {path}. Nothing is left of it. Make room, or write it to another disk."
    ),
    "storage_read_only": N_(
        "The stored files can be read and not be written. See how their disk is mounted, and "
        "whether the system has found it faulty."
    ),
    "storage_failed": N_(
        "The disk that holds the stored files does not do what is asked of it. See that it is "
        "sound, and that this account may read and write there."
    ),
    "storage_full.database": N_(
        "The disk that holds the database is full. Make room and try again."
    ),
    "storage_read_only.temporary": N_(
        "The disk of the temporary files can be read and not be written, so large photos cannot "
        "be taken. Set TMPDIR to a folder that this account may write to, and start Mien again."
    ),
    "storage_read_only.database": N_(
        "The database can be read and not be written. See how its disk is mounted, and whether "
        "this account may write to its file and its folder."
    ),
    "storage_failed.temporary": N_(
        "There is no folder for temporary files that this account may write to, so large photos "
        "cannot be taken. Set TMPDIR to one, and start Mien again."
    ),
    "storage_failed.target": N_("{path} cannot be written: {why}."),
    "storage_failed.database": N_(
        "The disk that holds the database does not do what is asked of it. See that it is sound; "
        "then run `mien db check`."
    ),
    "database_busy.in_use": N_(
        "The database {database} is in use. Nothing was changed. Stop Mien, and whatever else has "
        "it open, then try again."
    ),
    "database_busy.replaced": N_(
        "The database is being replaced by one from a backup. Try again when that is done."
    ),
    "database_replaced": N_(
        "The database file that this process has open was replaced or removed, so nothing is "
        "stored. Stop Mien and start it again."
    ),
    "database_outdated.tables": N_(
        "The database lacks tables or columns that this version of Mien needs. Run "
        "`mien db upgrade`."
    ),
    "database_outdated": N_(
        "The database has schema revision {have}, this version of Mien needs {need}. Run "
        "`mien db upgrade`."
    ),
    "database_outdated.newer": N_(
        "The database has schema revision {have}, which is newer than this version of Mien; it "
        "needs {need}. Reload or start Mien anew once the new version is installed here."
    ),
    "database_outdated.backup": N_(
        "The backup has schema revision {have}, which this version of Mien does not know. "
        "Restore it with the version that made it, or a newer one."
    ),
    "database_missing": N_(
        "There is no database here yet. `mien run` starts Mien and makes one; `mien db upgrade` "
        "makes one and nothing else."
    ),
    "database_missing.place": N_(
        "There is no database yet: {database}. `mien run` starts Mien and makes one; "
        "`mien db upgrade` makes one and nothing else. If there should be one, look at MIEN_HOME "
        "and MIEN_DATABASE_URL."
    ),
    "files_unavailable": N_(
        "The stored photos cannot be reached, so nothing is stored. `mien db check` says more."
    ),
    "files_unavailable.away": N_(
        "The folder {folder} does not say to which database its files belong, and of {files} "
        "files that the database {database} refers to, {found} are in it. Mount the disk that "
        "holds the files, or restore them. If they are lost: `mien db adopt`."
    ),
    "files_unavailable.not_readable": N_(
        "What the folder {folder} says of its database cannot be read: {why}. Check that the disk "
        "is there and that this account may read it."
    ),
    "files_unavailable.not_writable": N_(
        "The folder {folder} cannot be written to: {why}. Check that the disk is there and that "
        "this account may write to it."
    ),
    "files_of_another_database.marker": N_(
        "The files in {folder} belong to another database (installation {marker}) than "
        "{database} (installation {installation}). Nothing was changed. Set MIEN_HOME and "
        "MIEN_DATABASE_URL to two that belong together. If these do: `mien db adopt`. If the "
        "files' database is lost: `mien db begin-anew`."
    ),
    "files_of_another_database.unclaimed": N_(
        "There are files in {folder}, and the database {database} refers to none of them. Nothing "
        "was changed. Set MIEN_HOME and MIEN_DATABASE_URL to two that belong together, or restore "
        "the database. If it is lost: `mien db begin-anew`."
    ),
    "files_of_another_database.no_database": N_(
        "There are files of an installation in {folder}, and no database: {database}. None was "
        "made, and nothing was changed. Set MIEN_DATABASE_URL as it was, or restore the database. "
        "If it is lost: `mien db begin-anew`."
    ),
    "files_of_another_database.nothing_in_common": N_(
        "There are files in {folder}, and the database {database} refers to none of them. They do "
        "not belong together. To set these files aside and go on with this database: "
        "`mien db begin-anew`."
    ),
    "file_missing": N_(
        "A stored file is gone from the disk although its row says otherwise. Restore it from a "
        "backup; `mien db check` lists all such files."
    ),
    "file_missing.just_removed": N_("The file has just been removed."),
    "file_missing.name": N_("The name is not that of a stored file."),
}

ERRORS: Final[Mapping[str, str]] = {
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
"""Every sentence, by its key."""
