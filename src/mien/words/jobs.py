"""What to say about jobs: how one stands, and what became of an item that is no error."""

from collections.abc import Mapping
from typing import Final

from mien.words.marking import N_

JOB_ERRORS: Final[Mapping[str, str]] = {
    "job_not_found": N_("There is no job with this id. It may have been deleted with its gallery."),
    "job_not_possible.pause": N_("The job cannot be paused: it is {state}."),
    "job_not_possible.resume": N_("The job cannot be resumed: it is {state}."),
    "job_not_possible.cancel": N_("The job cannot be cancelled: it is {state}."),
    "job_not_possible.undo": N_(
        "Only an import that has ended and added something can be undone, and only once: this job "
        "is {state}."
    ),
    "job_not_possible.start": N_("The job has already been started: it is {state}."),
    "job_not_possible.timeline": N_("There is no timeline yet: the job is {state}."),
    "job_not_possible.receive": N_("The job takes no more files: it is {state}."),
    "job_not_possible.offset": N_(
        "This is not the next part of the file: {received:,} bytes of it have arrived. Continue "
        "from there."
    ),
    "job_interrupted": N_(
        "The command that did this was ended. Run it again: what is already stored is skipped."
    ),
    "archive_refused.unknown": N_(
        "The file is not an archive that can be read. Send ZIP, or TAR, also compressed with gzip, "
        "bzip2 or xz."
    ),
    "archive_refused.damaged": N_(
        "The archive is damaged or incomplete. Create it again and retry."
    ),
    "archive_refused.unsupported": N_(
        "The archive is packed in a way that cannot be read. Create it again as an ordinary ZIP."
    ),
    "archive_refused.too_many_members": N_(
        "The archive holds too many files: at most {most:,}. Split it."
    ),
    "archive_refused.too_large": N_(
        "The archive is too large when unpacked: at most {most:,} bytes. Split it, or raise "
        "MIEN_MAX_IMPORT_BYTES."
    ),
    "video_refused.unknown": N_(
        "The file is not a video that can be read. Send MP4, MOV, MKV, WebM, AVI or MPEG-TS."
    ),
    "video_refused.not_readable": N_("The file cannot be read: {why}."),
    "video_refused.codec": N_(
        "The pictures of the video are packed in a way that is not read here. Save it as MP4 with "
        "H.264."
    ),
    "video_refused.no_pictures": N_("The file holds no pictures, only sound or text."),
    "video_refused.damaged": N_(
        "No picture of the video can be read: it is damaged or incomplete, or larger than "
        "{most_megapixels} megapixels. Copy it again, or save it smaller."
    ),
    "video_refused.too_long": N_("The video is longer than {most_hours} hours. Split it."),
    "video_refused.too_many_pictures": N_(
        "The video has more pictures than any camera takes in its time. Save it with another "
        "program."
    ),
    "invalid_input.video_every": N_(
        "The time between two pictures has to be {least} to {most} seconds."
    ),
    "video_unavailable": N_(
        "Videos cannot be read here: a library is not installed. Ask the operator to run: "
        "pip install 'mien[video]'."
    ),
    "file_skipped.unsafe_path": N_("Its path leads outside the archive or cannot be shown."),
    "file_skipped.link_in_archive": N_("It is a link or a device, not a picture."),
    "file_skipped.encrypted": N_("It is encrypted. Create the archive again without a password."),
    "file_skipped.nested_archive": N_("It is an archive inside an archive. Unpack it first."),
    "file_skipped.not_a_picture": N_("It is not a picture, to go by its name."),
    "file_skipped.no_folder": N_(
        "It does not lie in a person's folder. Put the pictures of each person in a folder with "
        "their name, or add a list `people.csv`."
    ),
    "file_skipped.not_listed": N_("The list does not name it."),
    "file_skipped.not_there": N_("The list names it, but it is not there."),
    "file_skipped.listed_twice": N_("The list names it twice; the first line counts."),
    "file_skipped.gone": N_("It is not there any more. Send it again."),
    "unreadable_image.archive_member": N_(
        "It is damaged in the archive. Create the archive again and retry."
    ),
    "invalid_input.jobs_limit": N_("A list can show 1 to {most} jobs."),
    "invalid_input.items_limit": N_("A list can show 1 to {most} files."),
    "invalid_input.job_title": N_(
        "A title has at most {most} characters, and no line breaks or control characters."
    ),
    "invalid_input.part_empty": N_("The part of the file is empty."),
    "invalid_input.input_path": N_(
        "A file needs a path of 1 to {most:,} characters without control characters."
    ),
    "invalid_input.too_many_inputs": N_(
        "At most {most:,} files can be sent for one import. Send them as an archive, or split them."
    ),
    "invalid_input.import_bytes": N_(
        "At most {most:,} bytes can be sent for one import. Split it, or raise "
        "MIEN_MAX_IMPORT_BYTES."
    ),
    "invalid_input.nothing_sent": N_("No file was sent. Choose an archive or pictures."),
    "invalid_input.no_video_sent": N_("No video was sent. Choose a video."),
    "invalid_input.nothing_to_import": N_("There is no file in it that could be imported."),
    "invalid_input.several_lists": N_("There is more than one list of people. Keep one of them."),
    "invalid_input.list_size": N_("The list is too large: at most {most:,} bytes."),
    "invalid_input.list_encoding": N_("The list is not text in UTF-8. Save it as UTF-8."),
    "invalid_input.list_empty": N_("The list is empty."),
    "invalid_input.list_lines": N_("The list has too many lines: at most {most:,}."),
    "invalid_input.list_headings": N_(
        "The first line of the list has to be headings, among them `file` and `name`."
    ),
    "invalid_input.list_csv": N_("The list is not readable as CSV: {why}."),
    "invalid_input.list_columns": N_("Line {line} of the list has more values than headings."),
    "invalid_input.list_json": N_(
        "The list has to be a JSON array of objects with `file` and `name`."
    ),
    "invalid_input.list_entry": N_(
        "Entry {line} of the list has no file or no name, or one of its values is of the wrong "
        "type."
    ),
    "invalid_input.jobs_url": N_(
        "The job queue cannot be used ({why}). MIEN_JOBS_URL has to be redis://… or rediss://…, and "
        "the driver has to be installed: pip install 'mien[redis]'."
    ),
}
"""Of everything that is refused about jobs, by its key."""

ITEM_STATES: Final[Mapping[str, str]] = {
    "refused": N_("Rejected"),
    "choose": N_("Choose a face"),
    "check": N_("Added, please check"),
    "added": N_("Added"),
    "known": N_("Already stored"),
    "pending": N_("Not looked at yet"),
}
"""What became of an item."""

JOB_STATES: Final[Mapping[str, str]] = {
    "receiving": N_("Receiving files"),
    "waiting": N_("Waiting"),
    "working": N_("Running"),
    "paused": N_("Paused"),
    "done": N_("Done"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}
"""How a job stands."""

UNKNOWN_FACE: Final = N_("Unknown {number}")
"""Somebody who is seen in a video and is nobody of the gallery."""

JOB_KINDS: Final[Mapping[str, str]] = {
    "import_people": N_("Import of people"),
    "import_folder": N_("Import of people (command line)"),
    "embed_again": N_("Change of the model pack"),
    "video": N_("People in a video"),
}
"""What a job does."""
