//! Each kind of action on the examples, through both ORMs, leaves what the same in SQL leaves.

use postgres::Client;
use serde_json::{Value, json};
use trine::prove::python::{Event, Outcome};

use crate::bench::{Bench, Side, acted};
use crate::support::examples::Variant;
use crate::support::proving::python;

/// What PostgreSQL says of a statement: the rows left, or nothing when it refuses.
fn by_sql(bench: &Bench, client: &mut Client, sql: &str) -> Option<String> {
    client.batch_execute("BEGIN").unwrap();
    let done = client
        .batch_execute(&format!("{sql}; SET CONSTRAINTS ALL IMMEDIATE"))
        .and_then(|()| client.query_one(&bench.dump(), &[]))
        .ok()
        .map(|row| row.get(0));
    client.batch_execute("ROLLBACK").unwrap();
    done
}

fn sides() -> Vec<Side> {
    let django = Variant::all(&python().1).iter().map(|&variant| Side::Django(variant));
    [Side::Sqlalchemy].into_iter().chain(django).collect()
}

/// Does each action in every way, and gives what was skipped: `side way action: why`.
fn check(example: &str, fill: &str, actions: &[(Value, &str)]) -> Vec<String> {
    let mut skipped = Vec::new();
    for side in sides() {
        let bench = Bench::example(example, side);
        let (_database, mut client) = bench.by_sql();
        client.batch_execute(fill).unwrap();
        let told: Vec<&Value> = actions.iter().map(|(action, _)| action).collect();
        let stages = json!([{ "empty": bench.empty(), "fill": [fill], "actions": told }]);
        let (said, ended) = bench.run(side, stages);
        assert_eq!(ended, Ok(()), "{example} by {}", side.name());
        assert!(said.contains(&Event::Built) && said.last() == Some(&Event::Down), "{said:?}");
        for event in &said {
            assert!(!matches!(event, Event::Complaint { .. }), "{example}: {event:?}");
        }
        for (place, (action, sql)) in actions.iter().enumerate() {
            let wanted = by_sql(&bench, &mut client, sql);
            let mut ways = 0;
            for acted in acted(&said).filter(|acted| acted.action == place) {
                let what = format!("{example} by {} {}: {action}", side.name(), acted.way);
                ways += 1;
                match &acted.outcome {
                    Outcome::Left(left) => assert_eq!(Some(left), wanted.as_ref(), "{what}"),
                    Outcome::Refused(refused) => {
                        assert_eq!(wanted, None, "{what} was refused: {refused:?}");
                    }
                    Outcome::Skipped(why) => {
                        let kind = &action["kind"].as_str().unwrap();
                        skipped.push(format!("{} {} {kind}: {why}", side.name(), acted.way));
                    }
                    Outcome::Failed(failure) => panic!("{what}: {failure:?}"),
                }
                let is_left = matches!(acted.outcome, Outcome::Left(_));
                if acted.way == "unloaded" && action["kind"] == "delete" && is_left {
                    assert_eq!(acted.statements, 1, "{what}");
                }
            }
            assert!(ways > 0, "{example} by {}: {action} was not done", side.name());
        }
    }
    skipped
}

fn table(name: &str) -> Value {
    match name.split_once('.') {
        Some((schema, name)) => json!({ "schema": schema, "name": name }),
        None => json!({ "schema": null, "name": name }),
    }
}

fn row(of: &str, key: &Value) -> Value {
    json!({ "table": table(of), "key": key })
}

fn action(kind: &str, of: &str, key: &Value) -> Value {
    json!({ "kind": kind, "table": table(of), "key": key })
}

fn delete(of: &str, key: Value) -> Value {
    action("delete", of, &key)
}

fn clear(of: &str, key: Value, column: &str) -> Value {
    let mut action = action("clear", of, &key);
    action["columns"] = json!([column]);
    action
}

fn orphan(of: &str, key: Value, column: &str) -> Value {
    let mut action = action("orphan", of, &key);
    action["columns"] = json!([column]);
    action
}

fn moved(of: &str, key: Value, column: &str, to: Value, defer: bool) -> Value {
    let mut action = action("move", of, &key);
    action["columns"] = json!([column]);
    action["to"] = to;
    action["defer"] = json!(defer);
    action
}

fn unlink(of: &str, key: Value, [link, near, far]: [&str; 3], to: Value) -> Value {
    let mut action = action("unlink", of, &key);
    action["link"] = table(link);
    action["near"] = json!([near]);
    action["far"] = json!([far]);
    action["to"] = to;
    action
}

fn id(id: i64) -> Value {
    json!({ "id": id })
}

#[test]
fn the_storefront_does_alike_through_all() {
    let fill = "
        INSERT INTO storefront_store (id, name, url) VALUES (1, '100%s', ''), (2, '{}', '');
        INSERT INTO storefront_product (id, store_id, name, price) VALUES (1, 1, 'a', 1), (2, 2, 'b', 2);
        INSERT INTO storefront_post (id, instagram_id) VALUES (1, 'x'), (2, 'y');
        INSERT INTO storefront_banner (id, store_id, product_id, image_url, position)
        VALUES (1, 1, 1, '', 1), (2, 1, NULL, '', 2), (3, 2, 2, '', 1);
        INSERT INTO storefront_banner_post (id, banner_id, post_id, position)
        VALUES (1, 1, 1, 0), (2, 1, 2, 1), (3, 3, 1, 0)";
    let banner = "storefront_banner";
    let posts = ["storefront_banner_post", "banner_id", "post_id"];
    let store = |key| row("storefront_store", &id(key));
    let skipped = check(
        "storefront",
        fill,
        &[
            (delete("storefront_store", id(1)), "DELETE FROM storefront_store WHERE id = 1"),
            (delete("storefront_product", id(1)), "DELETE FROM storefront_product WHERE id = 1"),
            (delete("storefront_post", id(1)), "DELETE FROM storefront_post WHERE id = 1"),
            (delete(banner, id(1)), "DELETE FROM storefront_banner WHERE id = 1"),
            (
                delete("storefront_banner_post", id(2)),
                "DELETE FROM storefront_banner_post WHERE id = 2",
            ),
            (
                clear(banner, id(1), "product_id"),
                "UPDATE storefront_banner SET product_id = NULL WHERE id = 1",
            ),
            (
                moved(banner, id(2), "store_id", store(2), false),
                "UPDATE storefront_banner SET store_id = 2 WHERE id = 2",
            ),
            // Its product is of the first store, whenever that is asked.
            (
                moved(banner, id(1), "store_id", store(2), false),
                "UPDATE storefront_banner SET store_id = 2 WHERE id = 1",
            ),
            (
                moved(banner, id(1), "store_id", store(2), true),
                "UPDATE storefront_banner SET store_id = 2 WHERE id = 1",
            ),
            (
                moved(banner, id(1), "product_id", row("storefront_product", &id(2)), true),
                "UPDATE storefront_banner SET product_id = 2 WHERE id = 1",
            ),
            (orphan(banner, id(1), "store_id"), "DELETE FROM storefront_banner WHERE id = 1"),
            (
                orphan("storefront_product", id(1), "store_id"),
                "DELETE FROM storefront_product WHERE id = 1",
            ),
            (
                unlink(banner, id(1), posts, row("storefront_post", &id(1))),
                "DELETE FROM storefront_banner_post WHERE banner_id = 1 AND post_id = 1",
            ),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn rows_that_refer_to_their_like_do_alike() {
    let fill = "
        INSERT INTO people_person (id, name, mentor_id, spouse_id)
        VALUES (1, 'a', NULL, NULL), (2, 'b', 1, NULL), (3, 'c', 2, NULL);
        UPDATE people_person SET spouse_id = 3 WHERE id = 1;
        INSERT INTO people_person_friends (id, from_person_id, to_person_id)
        VALUES (1, 1, 2), (2, 2, 1), (3, 3, 1);
        INSERT INTO people_favourite (id, from_person_id, to_person_id, position)
        VALUES (1, 1, 2, 0), (2, 2, 1, 0), (3, 1, 3, 1)";
    let person = "people_person";
    let friends = ["people_person_friends", "from_person_id", "to_person_id"];
    let favourites = ["people_favourite", "from_person_id", "to_person_id"];
    let skipped = check(
        "people",
        fill,
        &[
            (delete(person, id(1)), "DELETE FROM people_person WHERE id = 1"),
            (
                clear(person, id(2), "mentor_id"),
                "UPDATE people_person SET mentor_id = NULL WHERE id = 2",
            ),
            (
                clear(person, id(1), "spouse_id"),
                "UPDATE people_person SET spouse_id = NULL WHERE id = 1",
            ),
            (
                moved(person, id(3), "mentor_id", row(person, &id(1)), false),
                "UPDATE people_person SET mentor_id = 1 WHERE id = 3",
            ),
            (
                unlink(person, id(1), friends, row(person, &id(2))),
                "DELETE FROM people_person_friends WHERE id = 1",
            ),
            (
                unlink(person, id(2), favourites, row(person, &id(1))),
                "DELETE FROM people_favourite WHERE id = 2",
            ),
        ],
    );
    let circle = "sqlalchemy loaded move: SQLAlchemy has no order to write loaded rows of one table that \
                  refer to each other in a circle";
    assert_eq!(skipped, [circle]);
}

#[test]
fn keys_of_several_columns_are_found() {
    let fill = "
        INSERT INTO geography_country (code, name) VALUES ('kr', 'Korea'), ('is', 'Iceland');
        INSERT INTO geography_region (country_id, code, name) VALUES ('kr', '11', 'Seoul');
        INSERT INTO geography_city (id, country_id, name) VALUES (1, 'is', 'Reykjavik');
        INSERT INTO geography_official_language (country_id, language) VALUES ('kr', 'ko')";
    let region = json!({ "country_id": "kr", "code": "11" });
    let skipped = check(
        "composite_key",
        fill,
        &[
            (delete("geography_region", region.clone()), "DELETE FROM geography_region"),
            (
                delete("geography_country", json!({ "code": "kr" })),
                "DELETE FROM geography_country WHERE code = 'kr'",
            ),
            (
                delete("geography_country", json!({ "code": "is" })),
                "DELETE FROM geography_country WHERE code = 'is'",
            ),
            (
                moved(
                    "geography_region",
                    region,
                    "country_id",
                    row("geography_country", &json!({ "code": "is" })),
                    false,
                ),
                "UPDATE geography_region SET country_id = 'is'",
            ),
        ],
    );
    let skips = skipped.iter().filter(|line| line.starts_with("django")).count();
    assert_eq!(skips, skipped.len(), "{skipped:?}");
    assert!(skipped[0].ends_with("`country` is of the key, which Django never changes"));
}

#[test]
fn a_reference_to_another_column_than_the_key_follows() {
    let fill = "
        INSERT INTO shipping_carrier (id, code, name) VALUES (1, 'a', 'A'), (2, 'b', 'B'), (3, 'c', 'C');
        INSERT INTO shipping_parcel (id, weight, carrier_id, backup_id) VALUES (1, 1.5, 'a', 'b')";
    let parcel = "shipping_parcel";
    let skipped = check(
        "by_reference",
        fill,
        &[
            (delete("shipping_carrier", id(1)), "DELETE FROM shipping_carrier WHERE id = 1"),
            (delete("shipping_carrier", id(2)), "DELETE FROM shipping_carrier WHERE id = 2"),
            (clear(parcel, id(1), "backup_id"), "UPDATE shipping_parcel SET backup_id = NULL"),
            (
                moved(parcel, id(1), "carrier_id", row("shipping_carrier", &id(3)), false),
                "UPDATE shipping_parcel SET carrier_id = 'c'",
            ),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn links_that_nobody_names_do_alike() {
    let fill = "
        INSERT INTO magazine_article (id, title) VALUES (1, 'a'), (2, 'b');
        INSERT INTO magazine_tag (id, name) VALUES (1, 'x'), (2, 'y');
        INSERT INTO magazine_source (id, url) VALUES (1, 'u');
        INSERT INTO magazine_reviewer (id, name) VALUES (1, 'r');
        INSERT INTO magazine_article_tags (id, article_id, tag_id) VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1);
        INSERT INTO magazine_article_sources (id, article_id, source_id) VALUES (1, 1, 1);
        INSERT INTO magazine_review (id, article_id, reviewer_id) VALUES (1, 1, 1), (2, 2, 1)";
    let article = "magazine_article";
    let skipped = check(
        "many_to_many",
        fill,
        &[
            (delete(article, id(1)), "DELETE FROM magazine_article WHERE id = 1"),
            (delete("magazine_tag", id(1)), "DELETE FROM magazine_tag WHERE id = 1"),
            (delete("magazine_source", id(1)), "DELETE FROM magazine_source WHERE id = 1"),
            (delete("magazine_reviewer", id(1)), "DELETE FROM magazine_reviewer WHERE id = 1"),
            (
                delete("magazine_article_tags", id(1)),
                "DELETE FROM magazine_article_tags WHERE id = 1",
            ),
            (
                unlink(
                    article,
                    id(1),
                    ["magazine_article_tags", "article_id", "tag_id"],
                    row("magazine_tag", &id(2)),
                ),
                "DELETE FROM magazine_article_tags WHERE id = 2",
            ),
            (
                unlink(
                    article,
                    id(1),
                    ["magazine_article_sources", "article_id", "source_id"],
                    row("magazine_source", &id(1)),
                ),
                "DELETE FROM magazine_article_sources WHERE id = 1",
            ),
            (
                unlink(
                    "magazine_source",
                    id(1),
                    ["magazine_article_sources", "source_id", "article_id"],
                    row(article, &id(1)),
                ),
                "DELETE FROM magazine_article_sources WHERE id = 1",
            ),
            (
                unlink(
                    article,
                    id(2),
                    ["magazine_review", "article_id", "reviewer_id"],
                    row("magazine_reviewer", &id(1)),
                ),
                "DELETE FROM magazine_review WHERE id = 2",
            ),
        ],
    );
    let no_class = "`magazine_article_tags` has no class of its own";
    assert_eq!(
        skipped,
        [
            format!("sqlalchemy unloaded delete: {no_class}"),
            format!("sqlalchemy loaded delete: {no_class}")
        ]
    );
}

#[test]
fn a_link_is_taken_out_of_what_it_keeps_from_being_deleted() {
    let fill = "
        INSERT INTO university_student (id, name) VALUES (1, 'a'), (2, 'b');
        INSERT INTO university_course (id, code, title) VALUES (1, 'x', 'X'), (2, 'y', 'Y');
        INSERT INTO university_enrolment (id, student_id, course_id) VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2)";
    let link = "university_enrolment";
    let course = |key| row("university_course", &id(key));
    let skipped = check(
        "through",
        fill,
        &[
            (delete("university_course", id(1)), "DELETE FROM university_course WHERE id = 1"),
            (delete("university_student", id(1)), "DELETE FROM university_student WHERE id = 1"),
            (
                unlink(
                    "university_course",
                    id(1),
                    [link, "course_id", "student_id"],
                    row("university_student", &id(1)),
                ),
                "DELETE FROM university_enrolment WHERE id = 1",
            ),
            (
                unlink("university_student", id(1), [link, "student_id", "course_id"], course(1)),
                "DELETE FROM university_enrolment WHERE id = 1",
            ),
            // It is given another course, and is no orphan of the first.
            (
                moved(link, id(2), "course_id", course(2), false),
                "UPDATE university_enrolment SET course_id = 2 WHERE id = 2",
            ),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn a_table_of_another_schema_is_found() {
    let fill = "
        INSERT INTO warehouse.\"TBL_ITEM\" (\"ITEM_NO\", \"ITEM_NM\", \"order\") VALUES (1, 'a', 1), (2, 'b', 1);
        INSERT INTO warehouse.legacy_move (id, \"user\", \"group\", \"ITEM_NO\") VALUES (1, 'u', 'g', 1)";
    let skipped = check(
        "names",
        fill,
        &[
            (
                delete("warehouse.TBL_ITEM", json!({ "ITEM_NO": 1 })),
                "DELETE FROM warehouse.\"TBL_ITEM\" WHERE \"ITEM_NO\" = 1",
            ),
            (
                moved(
                    "warehouse.legacy_move",
                    id(1),
                    "ITEM_NO",
                    row("warehouse.TBL_ITEM", &json!({ "ITEM_NO": 2 })),
                    false,
                ),
                "UPDATE warehouse.legacy_move SET \"ITEM_NO\" = 2",
            ),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn a_user_of_django_is_found() {
    let fill = "
        INSERT INTO auth_user (id, username, password, is_superuser, first_name, last_name, email,
            is_staff, is_active, date_joined)
        SELECT n, 'user ' || n, '', false, '', '', '', false, true, '2020-01-01' FROM generate_series(1, 3) n;
        INSERT INTO notes_note (id, text, author_id, editor_id) VALUES (1, 'a', 1, 2);
        INSERT INTO notes_note_readers (id, note_id, user_id) VALUES (1, 1, 3), (2, 1, 2);
        INSERT INTO notes_signature (id, text, user_id) VALUES (1, 's', 1)";
    let readers = ["notes_note_readers", "note_id", "user_id"];
    let skipped = check(
        "django_user",
        fill,
        &[
            (delete("auth_user", id(1)), "DELETE FROM auth_user WHERE id = 1"),
            (delete("auth_user", id(2)), "DELETE FROM auth_user WHERE id = 2"),
            (delete("notes_note", id(1)), "DELETE FROM notes_note"),
            (clear("notes_note", id(1), "editor_id"), "UPDATE notes_note SET editor_id = NULL"),
            (
                moved("notes_signature", id(1), "user_id", row("auth_user", &id(3)), false),
                "UPDATE notes_signature SET user_id = 3",
            ),
            (
                unlink("notes_note", id(1), readers, row("auth_user", &id(3))),
                "DELETE FROM notes_note_readers WHERE user_id = 3",
            ),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn what_can_only_be_read_is_set_by_its_columns() {
    let fill = "
        BEGIN;
        INSERT INTO federation_state (id, name, capital_id) VALUES (1, 'a', 1), (2, 'b', 3);
        INSERT INTO federation_city (id, name, state_id) VALUES (1, 'x', 1), (2, 'y', 1), (3, 'z', 2);
        COMMIT";
    let state = "federation_state";
    let skipped = check(
        "deferrable",
        fill,
        &[
            (
                moved(state, id(1), "capital_id", row("federation_city", &id(2)), false),
                "UPDATE federation_state SET capital_id = 2 WHERE id = 1",
            ),
            (delete(state, id(1)), "DELETE FROM federation_state WHERE id = 1"),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn what_hangs_together_does_alike() {
    let fill = "
        INSERT INTO booking_company (id, name) VALUES (1, 'a'), (2, 'b');
        INSERT INTO booking_site (id, name, company_id) VALUES (1, 'x', 1), (2, 'y', 2), (3, 'z', 1);
        INSERT INTO booking_room (id, name, company_id, site_id) VALUES (1, 'r', 1, 1), (2, 's', 2, 2);
        INSERT INTO booking_employee (id, name, employer_id) VALUES (1, 'e', 1), (2, 'f', 2), (3, 'g', 1);
        INSERT INTO booking_booking (id, title, during, company_id, site_id, room_id, host_id)
        VALUES (1, 't', '[2020-01-01,2020-01-02)', 1, 1, 1, 1), (2, 'u', 'empty', 2, 2, NULL, NULL);
        INSERT INTO booking_booking_guests (id, booking_id, employee_id) VALUES (1, 1, 1), (2, 1, 3)";
    let booking = "booking_booking";
    let guests = ["booking_booking_guests", "booking_id", "employee_id"];
    let skipped = check(
        "within",
        fill,
        &[
            (delete("booking_company", id(1)), "DELETE FROM booking_company WHERE id = 1"),
            (delete("booking_site", id(1)), "DELETE FROM booking_site WHERE id = 1"),
            (delete("booking_room", id(1)), "DELETE FROM booking_room WHERE id = 1"),
            (delete("booking_employee", id(1)), "DELETE FROM booking_employee WHERE id = 1"),
            (
                clear(booking, id(1), "room_id"),
                "UPDATE booking_booking SET room_id = NULL WHERE id = 1",
            ),
            (
                moved(booking, id(1), "host_id", row("booking_employee", &id(3)), false),
                "UPDATE booking_booking SET host_id = 3 WHERE id = 1",
            ),
            (
                moved(booking, id(1), "company_id", row("booking_company", &id(2)), true),
                "UPDATE booking_booking SET company_id = 2 WHERE id = 1",
            ),
            (
                unlink(booking, id(1), guests, row("booking_employee", &id(3))),
                "DELETE FROM booking_booking_guests WHERE id = 2",
            ),
        ],
    );
    assert_eq!(skipped, Vec::<String>::new());
}

#[test]
fn one_row_and_one_row_do_alike() {
    let fill = "
        INSERT INTO club_member (id, name) VALUES (1, 'a'), (2, 'b');
        INSERT INTO club_address (id, street, city, member_id) VALUES (1, 's', 'c', 1);
        INSERT INTO club_locker (id, number, holder_id) VALUES (1, 1, 1);
        INSERT INTO club_card (member_id, issued_on) VALUES (1, '2020-01-01')";
    let skipped = check(
        "one_to_one",
        fill,
        &[
            (delete("club_member", id(1)), "DELETE FROM club_member WHERE id = 1"),
            (delete("club_card", json!({ "member_id": 1 })), "DELETE FROM club_card"),
            (clear("club_locker", id(1), "holder_id"), "UPDATE club_locker SET holder_id = NULL"),
            (
                moved("club_locker", id(1), "holder_id", row("club_member", &id(2)), false),
                "UPDATE club_locker SET holder_id = 2",
            ),
            (orphan("club_address", id(1), "member_id"), "DELETE FROM club_address"),
        ],
    );
    assert!(
        skipped.iter().all(|line| line.ends_with("the inverse of `member` is no collection")),
        "{skipped:?}"
    );
}
