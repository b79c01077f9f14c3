import re
from typing import Any

import pytest

from building import acting
from drawing import draw_photo
from looking import files_of
from mien.gallery.analysis import Upload
from mien.gallery.analysis import detect
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from visiting import Visitor
from visiting import links
from visiting import says

PEOPLE = "/galleries/default/people"
SMALL = draw_photo(["ada"], face_px=34)


def test_an_empty_gallery_teaches_the_next_step(user: Visitor) -> None:
    assert "No people yet" in user.get(PEOPLE)


def test_everybody_is_on_the_sheet_with_a_portrait(user: Visitor) -> None:
    first, second = user.enrol("ada"), user.enrol("bob")
    page = user.get(PEOPLE)
    assert links(page, first) == [first]
    assert links(page, second) == [second]
    assert len(links(page, "/crop")) == 2


def test_names_are_searched_and_the_part_for_script_comes_alone(user: Visitor) -> None:
    user.enrol("ada")
    user.enrol("bob")
    page = user.get(f"{PEOPLE}?q=AD")
    assert 'tile__name">ada<' in page
    assert 'tile__name">bob<' not in page
    assert 'value="AD"' in page
    answer = user.client.get(f"{PEOPLE}?q=AD", headers={"X-Partial": "1"})
    assert answer.headers["X-Partial"] == "1"
    assert "X-Partial" in answer.headers["Vary"]
    assert "<html" not in answer.text
    assert 'tile__name">ada<' in answer.text


def test_names_are_offered_by_what_is_typed_a_few_at_a_time(user: Visitor) -> None:
    for number in range(30):
        create_person(acting(user.runtime.services), gallery="default", name=f"Ada {number:02}")
    create_person(acting(user.runtime.services), gallery="default", name="Zoë")

    def offered(query: str) -> list[str]:
        names: list[str] = user.client.get(f"{PEOPLE}/names?q={query}").get_json()["names"]
        return names

    assert offered("zoe") == ["Zoë"]
    assert offered("ada") == [f"Ada {number:02}" for number in range(20)]
    assert offered("nobody") == []
    assert user.client.get("/galleries/none/people/names?q=a").status_code == 404


def test_a_search_without_result_says_so(user: Visitor) -> None:
    user.enrol("ada")
    assert "No one found" in user.get(f"{PEOPLE}?q=zz")


def test_large_galleries_come_page_by_page(user: Visitor) -> None:
    for number in range(61):
        create_person(acting(user.runtime.services), gallery="default", name=f"Person {number:02}")
    page = user.get(f"{PEOPLE}?sort=newest")
    assert page.count("tile__name") == 60
    assert links(page, "page=2") == [f"{PEOPLE}?sort=newest&page=2"]
    second = user.get(f"{PEOPLE}?sort=newest&page=2")
    assert second.count("tile__name") == 1
    assert links(second, "people?sort=newest") == [f"{PEOPLE}?sort=newest"]
    assert re.findall(r'aria-current="page"><span[^>]*>Page </span>(\d+)', second) == ["2"]
    # Of too many the last one is shown, and nothing else that is typed is an error.
    assert "Person 00" in user.get(f"{PEOPLE}?sort=newest&page=99999999")
    assert "Person 60" in user.get(f"{PEOPLE}?sort=newest&page=-1")


def test_one_comes_back_from_a_person_to_the_place_on_the_sheet(user: Visitor) -> None:
    for number in range(61):
        create_person(acting(user.runtime.services), gallery="default", name=f"Person {number:02}")
    seen = links(user.get(f"{PEOPLE}?sort=newest&page=2"), "")
    (person,) = [url for url in seen if re.fullmatch(rf"{PEOPLE}/[-0-9a-f]{{36}}", url)]
    place = f"{PEOPLE}?sort=newest&page=2#person-{person.rsplit('/', 1)[1]}"
    assert f'href="{place}"' in user.get(person)
    assert f'id="{place.rsplit("#", 1)[1]}"' in user.get(place)
    # Another gallery's sheet was not seen.
    create_gallery(acting(user.runtime.services), name="club")
    other = create_person(acting(user.runtime.services), gallery="club", name="Ada")
    page = user.get(f"/galleries/club/people/{other.id}")
    assert f'href="/galleries/club/people#person-{other.id}"' in page


def test_the_sheet_is_filtered_and_ordered_together_with_a_search(user: Visitor) -> None:
    user.enrol("Ada Young")
    for name in ("Cy Abel", "Bob Zed", "Bob Adams"):
        create_person(acting(user.runtime.services), gallery="default", name=name)

    def shown(asked: str) -> list[str]:
        return re.findall(r'tile__name">([^<]+)<', user.get(f"{PEOPLE}?{asked}"))

    assert shown("sort=surname") == ["Cy Abel", "Bob Adams", "Ada Young", "Bob Zed"]
    assert shown("sort=faces")[0] == "Ada Young"
    assert shown("sort=surname&filter=no-face&q=bob") == ["Bob Adams", "Bob Zed"]
    assert shown("filter=one-face") == ["Ada Young"]
    assert shown("filter=to-review") == []
    assert len(shown("filter=nonsense&sort=nonsense")) == 4


def test_large_galleries_are_jumped_through_by_letters(user: Visitor) -> None:
    for number in range(60):
        create_person(acting(user.runtime.services), gallery="default", name=f"Ada {number:02}")
    assert 'class="letters"' not in user.get(PEOPLE)
    create_person(acting(user.runtime.services), gallery="default", name="Zoe")
    page = user.get(PEOPLE)
    jumps = re.findall(r'class="letters__jump" href="([^"]+)">(.)<', page)
    assert [letter for _, letter in jumps] == ["A", "Z"]
    assert user.get(jumps[1][0]).count("tile__name") == 1


def test_a_wrong_cursor_is_an_error_page(user: Visitor) -> None:
    assert "Start without a cursor." in user.get(f"{PEOPLE}?cursor=zzz", status=422)


def test_somebody_is_added_with_several_photos(user: Visitor) -> None:
    person = user.done(
        f"{PEOPLE}/new",
        name="Ada",
        notes="Likes engines",
        photos=[draw_photo(["ada"]), draw_photo(["ada"], face_px=90)],
    )
    assert user.told() == ["Ada was added, with 2 faces."]
    page = user.get(person)
    assert "2 faces" in says(page)
    assert "Likes engines" in page


def test_somebody_is_added_without_a_photo(user: Visitor) -> None:
    page = user.get(user.done(f"{PEOPLE}/new", name="Ada"))
    assert "Choose a photo, or add the person without one." in page
    assert list_people(acting(user.runtime.services), gallery="default").total == 0
    page = user.get(user.done(f"{PEOPLE}/new", name="Ada", without_photo="yes"))
    assert "be recognised without one. Add a photo below." in page
    sheet = user.get(PEOPLE)
    assert "No face yet" in sheet
    assert "1 person without a face" in says(sheet).replace("One", "1")


def test_people_without_a_face_are_shown_alone(user: Visitor) -> None:
    user.enrol("ada")
    assert "without a face" not in user.get(PEOPLE)
    create_person(acting(user.runtime.services), gallery="default", name="Bob")
    assert links(user.get(PEOPLE), "filter=no-face") == [f"{PEOPLE}?filter=no-face"]
    page = user.get(f"{PEOPLE}?faces=none")
    assert 'tile__name">Bob<' in page
    assert 'tile__name">ada<' not in page
    # The search stays among them.
    assert '<option value="no-face" selected>' in page
    assert "No one found" in user.get(f"{PEOPLE}?faces=none&q=ada")


@pytest.mark.parametrize(
    ("photo", "reason"),
    [(b"no image", "This file type is not supported"), (draw_photo([]), "No face was found")],
)
def test_photos_without_a_face_make_nobody(user: Visitor, photo: bytes, reason: str) -> None:
    form = user.done(
        f"{PEOPLE}/new", name="Ada", notes="kept notes", photos=[("holiday.jpg", photo)]
    )
    page = user.get(form)
    assert reason in says(page)
    assert "holiday.jpg" in page
    assert 'value="Ada"' in page
    assert "kept notes" in page
    assert list_people(acting(user.runtime.services), gallery="default").total == 0


def test_somebody_new_of_a_photo_that_the_gate_refuses_is_made_when_it_is_said(
    user: Visitor,
) -> None:
    page = user.get(user.done(f"{PEOPLE}/new", name="Ada", photos=[("small.png", SMALL)]))
    assert "small.png" in page
    assert 'value="Ada"' in page
    assert list_people(acting(user.runtime.services), gallery="default").total == 0
    [probe] = set(re.findall(r'name="held" value="([^"]+)"', page))
    user.done(f"{PEOPLE}/new", name="Ada", held=[probe], **{f"anyway-{probe}": "yes"})
    [ada] = list_people(acting(user.runtime.services), gallery="default").people
    assert (ada.name, ada.faces) == ("Ada", 1)


def test_a_photo_that_gives_no_face_is_told_by_its_name_and_the_others_count(
    user: Visitor,
) -> None:
    choose = user.done(
        f"{PEOPLE}/new",
        name="Ada",
        photos=[
            ("good.png", draw_photo(["ada"])),
            ("holiday.jpg", b"no image"),
            ("garden.png", draw_photo([])),
            ("party.png", draw_photo(["ada", "bob"])),
            ("huge.png", b"x" * 200_001),
        ],
    )
    assert "party.png has 2 faces." in says(user.get(choose))
    page = user.get(choose.partition("/choose/")[0])
    words = says(page)
    assert "3 photos were not added" in words
    assert "holiday.jpg : This file type is not supported" in words
    assert "garden.png : No face was found" in words
    assert "huge.png : " in words
    assert "1 photo waits for you" in words
    assert "party.png It shows 2 faces." in words
    again = says(user.get(choose.partition("/choose/")[0]))
    assert "not added" not in again
    assert "1 photo waits for you" in again
    assert list_people(acting(user.runtime.services), gallery="default").people[0].faces == 1


def test_a_name_in_use_is_refused_and_what_was_typed_stays(user: Visitor) -> None:
    user.enrol("Ada")
    notes = "kept notes " * 100
    page = user.get(user.done(f"{PEOPLE}/new", name="ADA", notes=notes))
    assert "This gallery already has a person with this name." in page
    assert 'value="ADA"' in page
    assert notes in page


def test_photos_sent_with_a_name_that_is_refused_are_used_when_the_form_is_sent_again(
    user: Visitor,
) -> None:
    user.enrol("Ada", variant=4)
    photos = [
        ("good.png", draw_photo(["cy"])),
        ("tiny.png", draw_photo(["cy"], face_px=34)),
        ("party.png", draw_photo(["bob", "cy"], face_px=90)),
        ("holiday.jpg", b"no image"),
    ]
    page = user.get(user.done(f"{PEOPLE}/new", name="ada", photos=photos))
    words = says(page)
    assert "3 photos sent already" in words
    assert "holiday.jpg : This file type is not supported" in words
    assert "tiny.png This face was not stored." in words
    assert "party.png It shows 2 faces." in words
    held = re.findall(r'name="held" value="([^"]+)"', page)
    assert len(held) == 3
    (party,) = set(re.findall(r'name="face-([^"]+)"', page))
    assert re.search(rf'name="face-{party}" value="2" checked', page)
    (tiny,) = re.findall(r'name="anyway-([^"]+)"', page)

    person = user.done(
        f"{PEOPLE}/new", name="Cy", held=held, **{f"face-{party}": "2", f"anyway-{tiny}": "yes"}
    )
    assert user.told()[0] == "Cy was added, with 3 faces."
    assert "3 faces," in says(user.get(person))
    assert "waits for you" not in says(user.get(person))


def test_nobody_is_made_of_photos_that_give_no_face(user: Visitor) -> None:
    photos = [("party.png", draw_photo(["ada", "bob"])), ("garden.png", draw_photo([]))]
    form = user.done(f"{PEOPLE}/new", name="Ada", notes="1815", photos=photos)
    assert form == f"{PEOPLE}/new"
    page = user.get(form)
    assert "garden.png : No face was found" in says(page)
    assert 'value="Ada"' in page
    assert "1815" in page
    assert list_people(acting(user.runtime.services), gallery="default").total == 0
    held = re.findall(r'name="held" value="([^"]+)"', page)
    none = {f"face-{held[0]}": "0"}
    before = files_of(user.runtime.services)
    user.done(f"{PEOPLE}/new", name="Ada", held=held, **none)
    assert files_of(user.runtime.services) < before
    assert list_people(acting(user.runtime.services), gallery="default").total == 0


def test_what_is_held_for_somebody_new_can_be_erased_at_once(user: Visitor) -> None:
    form = user.done(f"{PEOPLE}/new", name="Ada", photos=[draw_photo(["ada", "bob"])])
    held = re.findall(r'name="held" value="([^"]+)"', user.get(form))
    assert user.done(f"{PEOPLE}/new/let-go", name="Ada", held=[*held, "another"]) == form
    assert files_of(user.runtime.services) == set()
    page = user.get(form)
    assert 'value="Ada"' in page
    assert 'name="held" value="' not in page.partition("<template>")[0]


def test_another_person_of_a_name_is_added_when_it_is_said(user: Visitor) -> None:
    first = user.enrol("Ada")
    page = user.get(user.done(f"{PEOPLE}/new", name="ada", notes="Choir"))
    assert links(page, first) == [first]
    assert 'name="another"' in page
    assert 'name="another"' not in user.get(f"{PEOPLE}/new")
    second = user.done(
        f"{PEOPLE}/new", name="ada", notes="Choir", another="yes", photos=[draw_photo(["bob"])]
    )
    assert second != first
    notes = re.findall(r'tile__note">([^<]*)<', user.get(PEOPLE))
    assert sorted(notes) == sorted(["Choir", first.rsplit("/", 1)[1][:8]])


def test_photos_held_for_somebody_who_is_added_without_one_wait_for_them(user: Visitor) -> None:
    page = user.get(user.done(f"{PEOPLE}/new", name="Ada", photos=[("small.png", SMALL)]))
    held = re.findall(r'name="held" value="([^"]+)"', page)
    person = user.done(f"{PEOPLE}/new", name="Ada", held=held, without_photo="yes")
    assert user.told() == ["Ada was added, without a face."]
    assert "1 photo waits for you" in says(user.get(person))


def test_somebody_takes_anothers_name_when_it_is_said(user: Visitor) -> None:
    first, second = user.enrol("Ada"), user.enrol("Bob")
    page = user.refused(f"{second}/edit", name="ADA", notes="Choir")
    assert links(page, first) == [first]
    assert 'name="another"' in page
    assert user.done(f"{second}/edit", name="ADA", notes="Choir", another="yes") == second
    # The name that is shared already is not asked about again.
    assert user.done(f"{second}/edit", name="Ada", notes="Club") == second


def test_too_many_photos_at_once_are_refused_before_any_is_read(user: Visitor) -> None:
    person = user.enrol("ada")
    assert "at most 12 at once" in says(user.get(person))
    page = user.get(user.done(person, photos=[draw_photo(["ada"])] * 13))
    assert "You chose 13 photos. At most 12 can be sent at once" in page
    assert "1 face," in says(page)


def test_photos_are_added_to_somebody(user: Visitor) -> None:
    person = user.enrol("ada")
    assert user.done(person, photos=[draw_photo(["ada"], face_px=90)]) == person
    assert user.told() == ["1 face added."]
    assert "Choose at least one photo." in user.get(user.done(person))


def test_of_several_faces_one_is_chosen_and_the_photo_let_go(user: Visitor) -> None:
    person = user.enrol("ada")
    choose = user.done(person, photos=[draw_photo(["bob", "ada"], face_px=90)])
    assert choose.startswith(f"{person}/choose/")
    page = user.get(choose)
    assert "Which face is ada?" in page
    assert re.search(r'name="face" value="2"[^>]* checked', page)
    assert user.done(choose) == choose
    assert "Choose a face." in user.get(choose)
    assert user.done(choose, face="2") == person
    assert "2 faces," in says(user.get(person))
    user.get(choose, status=404)


def test_photos_of_several_faces_are_asked_about_one_after_the_other(user: Visitor) -> None:
    person = user.enrol("ada")
    photos = [
        (f"party {number}.png", draw_photo(["bob", "ada"], face_px=100 - number))
        for number in range(3)
    ]
    first = user.done(person, photos=photos)
    page = user.get(first)
    assert "party 0.png has 2 faces." in says(page)
    assert "Photo 1 of 3" in says(page)
    (second,) = re.findall(r'href="([^"]+)"><span>Skip<', page)
    third = user.done(second, face="2")
    assert "party 2.png has 2 faces." in says(user.get(third))
    (let_go,) = re.findall(r'formaction="([^"]+)"', user.get(third))
    assert user.done(let_go, held=[third.rsplit("/", 1)[1]]) == person
    words = says(user.get(person))
    assert "2 faces," in words
    assert "1 photo waits for you" in words
    assert user.client.get(f"{person}/choose").headers["Location"] == first
    assert user.done(first, face="2") == person
    assert user.client.get(f"{person}/choose").headers["Location"] == person
    assert "3 faces," in says(user.get(person))


def test_somebody_is_renamed_and_noted(user: Visitor) -> None:
    person = user.enrol("ada")
    assert 'value="ada"' in user.get(f"{person}/edit")
    assert user.done(f"{person}/edit", name="Ada Lovelace", notes="1815") == person
    page = user.get(person)
    assert "Ada Lovelace" in page
    assert "1815" in page


def test_a_name_that_cannot_be_is_refused_beside_its_field(user: Visitor) -> None:
    person = user.enrol("ada")
    user.enrol("bob")
    assert "another person with this name" in user.refused(f"{person}/edit", name="Bob")
    assert "Type a name." in user.refused(f"{person}/edit", name=" ")
    assert "at most 10000 characters" in user.refused(
        f"{person}/edit", name="ada", notes="x" * 10_001
    )


def test_a_face_is_deleted_after_asking(user: Visitor) -> None:
    person = user.enrol("ada")
    user.enrol("ada", face_px=90)
    delete = links(user.get(person), "/delete")[-1]
    assert "Delete this face of ada?" in user.get(delete)
    assert user.done(delete) == person
    assert "1 face," in says(user.get(person))
    user.get(delete.replace("/delete", "/crop"), status=404)
    assert user.post(delete).status_code == 404


def test_a_portrait_is_asked_for_again_and_a_photo_is_kept_nowhere(user: Visitor) -> None:
    page = user.get(user.enrol("ada"))
    crop = links(page, "/crop")[0]
    answer = user.client.get(crop)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = user.client.get(crop, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    photo = links(user.get(links(page, "/photo/shown")[0]), "/photo")[0]
    assert user.client.get(photo).headers["Cache-Control"] == "no-store"


def test_where_browsers_cannot_be_told_to_forget_they_keep_no_portrait(user: Visitor) -> None:
    crop = links(user.get(user.enrol("ada")), "/crop")[0]
    cookie = user.client.get_cookie("mien_session")
    assert cookie is not None
    user.client.set_cookie("mien_session", cookie.value, domain="mien.example")
    answer = user.client.get(crop, base_url="http://mien.example")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_a_photo_that_was_not_kept_has_no_page(user: Visitor) -> None:
    create_gallery(acting(user.runtime.services), name="bare", settings={"keep_photos": False})
    person = user.enrol("ada", gallery="bare")
    page = user.get(person)
    assert not links(page, "/photo/shown")
    user.get(links(page, "/crop")[0].replace("/crop", "/photo/shown"), status=404)


def test_deleting_somebody_says_what_goes_and_proves_that_it_went(user: Visitor) -> None:
    person = user.enrol("ada")
    crop = links(user.get(person), "/crop")[0]
    page = user.get(f"{person}/delete")
    assert "Delete ada?" in page
    assert "1 face, with portrait" in page
    assert "1 kept photo" in page
    assert user.done(f"{person}/delete", at_once="yes") == PEOPLE
    assert user.told() == ["Deleted 1 face, 1 photo and 2 files. Checked: nothing is left."]
    for gone in (person, crop, f"{person}/edit", f"{person}/delete"):
        user.get(gone, status=404)
    assert user.post(f"{person}/delete").status_code == 404


def _with_group(user: Visitor) -> tuple[str, str]:
    """Bob, and Ada, whose kept original shows him too."""
    person = user.enrol("bob")
    enrol(
        acting(user.runtime.services),
        gallery="default",
        source=Upload(draw_photo(["bob", "ada"])),
        subject=NamedPerson("Ada"),
        face_number=_place_of_ada(user),
    )
    [ada] = [
        each
        for each in list_people(acting(user.runtime.services), gallery="default").people
        if each.name == "Ada"
    ]
    return person, f"{PEOPLE}/{ada.id}"


def _place_of_ada(user: Visitor) -> int:
    faces = detect(acting(user.runtime.services), photo=Upload(draw_photo(["bob", "ada"]))).faces
    return max(range(len(faces)), key=lambda at: faces[at].box.left) + 1


def test_boxes_for_originals_are_shown_where_some_are_unclear(user: Visitor) -> None:
    alone = user.enrol("cy")
    assert "search_originals" not in user.get(f"{alone}/delete")
    person, _ = _with_group(user)
    page = user.get(f"{person}/delete")
    assert "1 original photo of other people that may also show bob" in page
    assert 'name="search_originals"' in page
    assert 'name="delete_originals"' in page


def test_originals_that_were_not_searched_are_told(user: Visitor) -> None:
    person, _ = _with_group(user)
    user.done(f"{person}/delete", at_once="yes")
    [told] = user.told()
    assert told == (
        "Deleted 1 face, 1 photo and 2 files. Checked: nothing stored for this person is left. "
        "Not checked: 1 original photo that may also show this person."
    )


def test_originals_that_show_the_person_are_told_with_a_link(user: Visitor) -> None:
    person, ada = _with_group(user)
    user.done(f"{person}/delete", search_originals="yes")
    page = user.get(PEOPLE)
    assert "Searched 1 other original photo: 1 shows this person and was kept." in says(page)
    assert f'<a href="{ada}">See Ada</a>' in page


def test_originals_that_show_the_person_go_when_asked(user: Visitor) -> None:
    person, ada = _with_group(user)
    user.done(f"{person}/delete", delete_originals="yes")
    [told] = user.told()
    assert told == (
        "Deleted 1 face, 2 photos and 3 files. Checked: nothing is left. "
        "Searched 1 other original photo: 1 shows this person and was deleted."
    )
    assert links(user.get(ada), "/photo") == []
    assert len(links(user.get(ada), "/crop")) == 1


def test_asking_changes_nothing(user: Visitor) -> None:
    person = user.enrol("ada")
    user.get(f"{person}/delete")
    user.get(links(user.get(person), "/delete")[-1])
    assert "1 face," in says(user.get(person))


def test_an_address_of_a_gallery_leads_to_its_people(user: Visitor) -> None:
    assert user.client.get("/galleries/default").headers["Location"] == PEOPLE


def test_names_are_escaped_everywhere(user: Visitor) -> None:
    name = '<script>alert("1")</script>'
    person = user.done(f"{PEOPLE}/new", name=name, photos=[draw_photo(["ada"])])
    for path in (PEOPLE, person, f"{person}/edit", f"{person}/delete"):
        assert "<script>alert" not in user.client.get(path).text


def test_a_photo_that_the_gate_refuses_says_why_and_can_be_stored_anyway(user: Visitor) -> None:
    person = user.done(
        f"{PEOPLE}/new",
        name="Ada",
        photos=[("good.png", draw_photo(["ada"])), ("tiny.png", SMALL)],
    )
    page = user.get(person)
    assert "tiny.png This face was not stored. The face is 34 pixels wide" in says(page)
    (anyway,) = re.findall(r'action="([^"]+/choose/[^"]+)"', page)
    assert user.done(anyway, face="1", anyway="yes") == person
    told = user.told()
    assert told[0] == "Face 1 was added to Ada."
    assert "The face is 34 pixels wide" in told[1]
    assert "2 faces," in says(user.get(person))
    user.get(anyway, status=404)


def test_a_refused_photo_that_is_held_says_so_and_can_be_erased_at_once(user: Visitor) -> None:
    person = user.enrol("ada")
    before = files_of(user.runtime.services)
    page = user.get(user.done(person, photos=[("tiny.png", SMALL), ("bad.png", b"no picture")]))
    words = says(page)
    assert re.search(
        r"1 photo is visible only to you and will be deleted in \S+ minutes ?\. Delete now", words
    )
    assert files_of(user.runtime.services) > before
    held = re.findall(r'name="held" value="([^"]+)"', page)
    assert user.done(f"{person}/let-go", held=[*held, "another"]) == person
    assert user.told() == ["The photos are deleted."]
    assert files_of(user.runtime.services) == before
    user.get(f"{person}/choose/{held[0]}", status=404)


def test_nobody_else_can_erase_what_is_held(user: Visitor, admin: Visitor) -> None:
    person = user.enrol("ada")
    choose = user.done(person, photos=[draw_photo(["bob", "ada"], face_px=90)])
    admin.done(f"{person}/let-go", held=[choose.rsplit("/", 1)[1]])
    page = user.get(choose)
    assert "1 photo is visible only to you" in says(page)
    assert f'formaction="{person}/let-go?after=' in page
    user.done(f"{person}/let-go", held=[choose.rsplit("/", 1)[1]])
    user.get(choose, status=404)


def test_a_face_is_chosen_only_for_somebody_of_the_gallery_in_the_address(user: Visitor) -> None:
    person = user.enrol("ada")
    create_gallery(acting(user.runtime.services), name="club")
    choose = user.done(person, photos=[draw_photo(["bob", "ada"], face_px=90)])
    assert user.post(choose.replace("/default/", "/club/"), face="2").status_code == 404
    assert "1 face," in says(user.get(person))


def test_somebody_new_is_chosen_from_their_first_photo(user: Visitor) -> None:
    form = user.done(f"{PEOPLE}/new", name="Ada", photos=[draw_photo(["bob", "ada"])])
    assert list_people(acting(user.runtime.services), gallery="default").total == 0
    page = user.get(form)
    assert 'value="Ada"' in page
    (held,) = re.findall(r'name="held" value="([^"]+)"', page)
    person = user.done(f"{PEOPLE}/new", name="Ada", held=[held], **{f"face-{held}": "2"})
    assert user.told() == ["Ada was added, with 1 face."]
    assert "1 face," in says(user.get(person))


def test_a_chosen_face_that_the_gate_refuses_can_be_stored_anyway(user: Visitor) -> None:
    person = user.enrol("ada")
    choose = user.done(person, photos=[draw_photo(["bob", "ada"], face_px=34)])
    assert user.done(choose, face="2") == choose
    page = user.get(choose)
    assert "The face is 34 pixels wide; at least 40 are required." in says(page)
    assert re.search(r'name="face" value="2"[^>]* checked', page)
    assert 'name="anyway"' in page
    assert 'name="anyway"' not in user.get(choose)
    assert user.done(choose, face="2", anyway="yes") == person
    assert "2 faces," in says(user.get(person))


def test_a_doubt_is_told_with_links_to_the_other_person_and_to_undo(user: Visitor) -> None:
    bob, ada = user.enrol("bob"), user.enrol("ada")
    user.done(ada, photos=[("me.png", draw_photo(["bob"], variant=3, face_px=90))])
    page = user.get(ada)
    words = says(page)
    assert "me.png: The face looks like another person in this gallery" in words
    assert "It is bob, 0." in words
    assert "me.png: The face does not look like this person's other examples" in words
    assert f'<a href="{bob}">See bob</a>' in page
    (remove, *_) = re.findall(r'<a href="([^"]+/delete)">Delete the new face</a>', page)
    assert user.done(remove) == ada
    assert "1 face," in says(user.get(ada))


def test_the_same_photo_again_is_not_added_and_says_so(user: Visitor) -> None:
    person = user.enrol("ada")
    user.done(person, photos=[("again.png", draw_photo(["ada"]))])
    (told,) = user.told()
    assert told.startswith("again.png: This exact photo is already stored for this person")
    assert "1 face," in says(user.get(person))


def test_a_photo_like_one_of_somebody_elses_is_told_with_the_name(user: Visitor) -> None:
    user.enrol("bob")
    ada = user.enrol("ada")
    user.done(ada, photos=[("me.png", draw_photo(["bob"]))])
    words = says(user.get(ada))
    assert "the same photo as an example that is already stored. It is an example of bob." in words


@pytest.mark.thorough
def test_many_doubts_fit_into_the_cookie_that_carries_them(user: Visitor) -> None:
    user.enrol("bob")
    ada = user.enrol("ada")
    photos = [
        (f"holiday with a long name {number}.png", draw_photo(["bob"], variant=number, face_px=90))
        for number in range(1, 9)
    ]
    user.done(ada, photos=photos)
    told = user.told()
    assert told[0] == "8 faces added."
    assert told[-1].endswith("of this kind.")


def test_whom_somebody_looks_like_is_on_their_page(user: Visitor) -> None:
    ada, bob = user.enrol("ada"), user.enrol("Bob", variant=4)
    assert "Looks like" not in user.get(ada)
    photo = draw_photo(["ada"], variant=5, face_px=90)
    user.done(bob, photos=[photo])
    assert "Looks like" in user.get(ada)
    assert links(user.get(ada), bob) == [bob]


SCRIPT = {"X-Partial": "1", "Accept": "application/json"}


def send(user: Visitor, path: str, **fields: Any) -> dict[str, Any]:
    """Send a form as script does; gives the answer."""
    response = user.post(path, headers=SCRIPT, **fields)
    found: dict[str, Any] = response.get_json(silent=True) or {}
    return {"status": response.status_code, **found}


def test_script_is_told_of_one_photo_what_became_of_it(user: Visitor) -> None:
    person = user.enrol("ada")
    added = send(user, person, photos=draw_photo(["ada"], face_px=90))
    assert (added["status"], added["state"], added["doubts"]) == (200, "added", [])
    assert added["person"]["url"] == person
    again = send(user, person, photos=draw_photo(["ada"], face_px=90))
    assert again["state"] == "refused"
    assert again["doubts"]
    refused = send(user, person, photos=b"no picture")
    assert (refused["state"], refused["held"]) == ("refused", "")
    assert "This file type is not supported" in refused["reason"]
    choose = send(user, person, photos=draw_photo(["bob", "ada"]))
    assert (choose["state"], choose["reason"]) == ("choose", "It shows 2 faces.")
    small = send(user, person, photos=SMALL)
    assert small["state"] == "anyway"
    stored = send(user, f"{person}/choose/{small['held']}", face="1", anyway="yes")
    assert (stored["state"], len(stored["doubts"])) == ("added", 1)
    assert send(user, f"{person}/let-go", held=choose["held"])["status"] == 204
    assert user.told() == []
    assert "3 faces," in says(user.get(person))
    assert send(user, person)["errors"] == {"photos": "Choose at least one photo."}


def test_script_makes_somebody_with_the_first_face(user: Visitor) -> None:
    user.enrol("bob")
    new = f"{PEOPLE}/new"
    photo = draw_photo(["ada"])
    wrong = send(user, new, name="BOB", photos=photo)
    assert wrong["status"] == 422
    assert set(wrong["errors"]) == {"name"}
    assert 'name="another"' in wrong["shown"]
    party = send(user, new, name="Ada", photos=draw_photo(["ada", "bob"]))
    assert (party["state"], party["person"]) == ("choose", None)
    made = send(user, new, name="Ada", notes="1815", held=[party["held"]], photos=photo)
    assert (made["state"], made["person"]["name"]) == ("added", "Ada")
    page = user.get(made["person"]["url"])
    assert "1815" in page
    assert "1 photo waits for you" in says(page)
    small = send(user, new, name="Cy", photos=draw_photo(["cy"], face_px=34))
    anyway = send(user, new, name="Cy", **{"held": small["held"], f"anyway-{small['held']}": "yes"})
    assert (anyway["state"], anyway["person"]["name"]) == ("added", "Cy")


def test_script_of_somebody_signed_out_is_told_so(user: Visitor) -> None:
    person = user.enrol("ada")
    user.client.delete_cookie("mien_session")
    assert send(user, person, photos=SMALL)["status"] == 401
