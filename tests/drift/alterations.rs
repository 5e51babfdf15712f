//! What people do to a database by hand, and what drift must say of it: everything, and nothing else.

use super::{altered, check_alteration};

altered! {
    // The four that Alembic's autogenerate does not see.
    a_check_is_dropped: "storefront",
        "ALTER TABLE storefront_product DROP CONSTRAINT ck_storefront_product_price"
        => ["D0301 storefront_product.ck_storefront_product_price"];
    a_unique_s_deferrability_is_changed: "storefront",
        "ALTER TABLE storefront_banner DROP CONSTRAINT uq_storefront_banner_store_id_position,
           ADD CONSTRAINT uq_storefront_banner_store_id_position UNIQUE (store_id, position)"
        => ["D0305 storefront_banner.uq_storefront_banner_store_id_position"];
    a_partial_index_becomes_full: "enums",
        "DROP INDEX ix_parking_car_colour;
         CREATE INDEX ix_parking_car_colour ON parking_car (colour)"
        => ["D0404 parking_car.ix_parking_car_colour"];
    a_primary_key_is_renamed: "storefront",
        "ALTER TABLE storefront_banner RENAME CONSTRAINT storefront_banner_pkey TO banner_key"
        => ["D0307 storefront_banner.storefront_banner_pkey"];

    // Tables
    a_table_is_dropped: "storefront",
        "DROP TABLE storefront_banner_post"
        => ["D0101 storefront_banner_post"];
    a_table_is_renamed: "storefront",
        "ALTER TABLE storefront_banner_post RENAME TO banner_posts"
        => ["D0107 storefront_banner_post"];
    a_table_is_added: "storefront",
        "CREATE TABLE banner_backup (id serial PRIMARY KEY, name text UNIQUE)"
        => ["D0102 banner_backup"];
    a_table_becomes_unlogged: "storefront",
        "ALTER TABLE storefront_banner_post SET UNLOGGED"
        => ["D0103 storefront_banner_post"];
    a_storage_parameter_is_reset: "constraints",
        "ALTER TABLE leasing_flat RESET (fillfactor)"
        => ["D0104 leasing_flat"];
    a_storage_parameter_is_set: "storefront",
        "ALTER TABLE storefront_banner SET (fillfactor = 41)"
        => ["D0104 storefront_banner"];
    a_column_is_moved_to_the_end: "exclusion",
        "ALTER TABLE letting_flat ADD \"again\" bigint;
         ALTER TABLE letting_flat RENAME street TO other;
         ALTER TABLE letting_flat ADD street varchar(120) NOT NULL;
         ALTER TABLE letting_flat DROP other, DROP again;
         ALTER TABLE letting_lease ADD other varchar(120) NOT NULL;
         ALTER TABLE letting_lease DROP tenant;
         ALTER TABLE letting_lease RENAME other TO tenant"
        => ["D0105 letting_lease"];
    a_table_s_comment_is_removed: "storefront",
        "COMMENT ON TABLE storefront_store IS NULL"
        => ["D0108 storefront_store"];
    row_security_is_switched_on: "storefront",
        "ALTER TABLE storefront_store ENABLE ROW LEVEL SECURITY"
        => ["D0109 storefront_store"];
    a_policy_is_added: "storefront",
        "CREATE POLICY nobody ON storefront_store USING (false)"
        => ["D0109 storefront_store"];
    a_rule_is_added: "storefront",
        "CREATE RULE never AS ON DELETE TO storefront_store DO INSTEAD NOTHING"
        => ["D0109 storefront_store"];

    // Columns
    a_column_is_dropped: "storefront",
        "ALTER TABLE storefront_post DROP caption"
        => ["D0201 storefront_post.caption"];
    a_column_is_renamed: "storefront",
        "ALTER TABLE storefront_post RENAME caption TO subtitle"
        => ["D0201 storefront_post.caption", "D0202 storefront_post.subtitle"];
    a_column_is_added: "storefront",
        "ALTER TABLE storefront_post ADD likes integer DEFAULT 0"
        => ["D0202 storefront_post.likes"];
    a_length_is_changed: "storefront",
        "ALTER TABLE storefront_store ALTER name TYPE varchar(81)"
        => ["D0203 storefront_store.name"];
    a_precision_is_changed: "storefront",
        "ALTER TABLE storefront_product ALTER price TYPE numeric(12, 3)"
        => ["D0203 storefront_product.price"];
    a_type_is_changed: "storefront",
        "ALTER TABLE storefront_post ALTER created_at DROP DEFAULT,
           ALTER created_at TYPE timestamp, ALTER created_at SET DEFAULT now()"
        => ["D0203 storefront_post.created_at"];
    a_column_allows_null: "storefront",
        "ALTER TABLE storefront_banner ALTER image_url DROP NOT NULL"
        => ["D0204 storefront_banner.image_url"];
    a_column_allows_no_null: "storefront",
        "ALTER TABLE storefront_post ALTER caption SET NOT NULL"
        => ["D0204 storefront_post.caption"];
    a_default_is_dropped: "storefront",
        "ALTER TABLE storefront_post ALTER kind DROP DEFAULT"
        => ["D0205 storefront_post.kind"];
    a_default_is_changed: "storefront",
        "ALTER TABLE storefront_post ALTER kind SET DEFAULT 'reel'"
        => ["D0205 storefront_post.kind"];
    an_identity_is_dropped: "storefront",
        "ALTER TABLE storefront_post ALTER id DROP IDENTITY"
        => ["D0206 storefront_post.id"];
    an_identity_becomes_always: "storefront",
        "ALTER TABLE storefront_post ALTER id SET GENERATED ALWAYS"
        => ["D0206 storefront_post.id"];
    an_identity_becomes_serial: "storefront",
        "ALTER TABLE storefront_post ALTER id DROP IDENTITY;
         CREATE SEQUENCE storefront_post_id_seq OWNED BY storefront_post.id;
         ALTER TABLE storefront_post ALTER id SET DEFAULT nextval('storefront_post_id_seq')"
        => [
            "D0205 storefront_post.id",
            "D0206 storefront_post.id",
            "D0702 storefront_post.storefront_post_id_seq",
        ];
    a_generated_column_becomes_ordinary: "constraints",
        "ALTER TABLE leasing_flat ALTER per_metre DROP EXPRESSION"
        => ["D0206 leasing_flat.per_metre"];
    a_column_s_comment_is_set: "storefront",
        "COMMENT ON COLUMN storefront_post.kind IS 'of three kinds'"
        => ["D0208 storefront_post.kind"];
    a_collation_is_set: "storefront",
        "ALTER TABLE storefront_post ALTER caption TYPE text COLLATE \"POSIX\""
        => ["D0209 storefront_post.caption"];
    a_sequence_goes_by_tens: "storefront",
        "ALTER TABLE storefront_post ALTER id SET INCREMENT BY 10"
        => ["D0209 storefront_post.id"];

    // Constraints
    a_unique_is_dropped: "storefront",
        "ALTER TABLE storefront_store DROP CONSTRAINT uq_storefront_store_name"
        => ["D0301 storefront_store.uq_storefront_store_name"];
    a_unique_becomes_an_index: "storefront",
        "ALTER TABLE storefront_store DROP CONSTRAINT uq_storefront_store_name;
         CREATE UNIQUE INDEX uq_storefront_store_name ON storefront_store (name)"
        => [
            "D0301 storefront_store.uq_storefront_store_name",
            "D0402 storefront_store.uq_storefront_store_name",
        ];
    a_foreign_key_is_dropped: "storefront",
        "ALTER TABLE storefront_banner DROP CONSTRAINT fk_storefront_banner_store"
        => ["D0301 storefront_banner.fk_storefront_banner_store"];
    a_check_is_added: "storefront",
        "ALTER TABLE storefront_product ADD CONSTRAINT cheap CHECK (price < 1000)"
        => ["D0302 storefront_product.cheap"];
    a_unique_is_over_other_columns: "storefront",
        "ALTER TABLE storefront_banner_post DROP CONSTRAINT uq_storefront_banner_post_banner_id_post_id,
           ADD CONSTRAINT uq_storefront_banner_post_banner_id_post_id UNIQUE (post_id, banner_id)"
        => ["D0303 storefront_banner_post.uq_storefront_banner_post_banner_id_post_id"];
    nulls_become_distinct: "constraints",
        "ALTER TABLE leasing_flat DROP CONSTRAINT uq_leasing_flat_street_number_floor,
           ADD CONSTRAINT uq_leasing_flat_street_number_floor UNIQUE (street, number, floor)"
        => ["D0303 leasing_flat.uq_leasing_flat_street_number_floor"];
    a_foreign_key_refers_elsewhere: "storefront",
        "ALTER TABLE storefront_banner_post DROP CONSTRAINT fk_storefront_banner_post_post,
           ADD CONSTRAINT fk_storefront_banner_post_post FOREIGN KEY (post_id)
             REFERENCES storefront_product (id) ON DELETE CASCADE"
        => ["D0303 storefront_banner_post.fk_storefront_banner_post_post"];
    a_check_says_something_else: "storefront",
        "ALTER TABLE storefront_product DROP CONSTRAINT ck_storefront_product_price,
           ADD CONSTRAINT ck_storefront_product_price CHECK (price > 0)"
        => ["D0304 storefront_product.ck_storefront_product_price"];
    an_enum_s_check_lacks_a_value: "enums",
        "ALTER TABLE parking_car DROP CONSTRAINT ck_parking_car_colour,
           ADD CONSTRAINT ck_parking_car_colour CHECK (colour IN ('red', 'green'))"
        => ["D0304 parking_car.ck_parking_car_colour"];
    a_check_is_written_otherwise_and_means_the_same: "storefront",
        "ALTER TABLE storefront_post DROP CONSTRAINT ck_storefront_post_kind,
           ADD CONSTRAINT ck_storefront_post_kind
             CHECK ((kind) = ANY (ARRAY['photo', 'reel', 'carousel']));
         ALTER TABLE storefront_product DROP CONSTRAINT ck_storefront_product_price,
           ADD CONSTRAINT ck_storefront_product_price CHECK (((price) >= (0)))"
        => [];
    an_exclusion_is_dropped: "exclusion",
        "ALTER TABLE letting_lease DROP CONSTRAINT ex_letting_lease_flat_id_during"
        => ["D0301 letting_lease.ex_letting_lease_flat_id_during"];
    a_foreign_key_can_no_longer_wait: "storefront",
        "ALTER TABLE storefront_banner ALTER CONSTRAINT fk_storefront_banner_product NOT DEFERRABLE"
        => ["D0305 storefront_banner.fk_storefront_banner_product"];
    a_foreign_key_waits_from_the_beginning: "storefront",
        "ALTER TABLE storefront_banner ALTER CONSTRAINT fk_storefront_banner_product
           DEFERRABLE INITIALLY DEFERRED"
        => ["D0305 storefront_banner.fk_storefront_banner_product"];
    an_on_delete_is_lost: "storefront",
        "ALTER TABLE storefront_banner DROP CONSTRAINT fk_storefront_banner_store,
           ADD CONSTRAINT fk_storefront_banner_store FOREIGN KEY (store_id)
             REFERENCES storefront_store (id)"
        => ["D0306 storefront_banner.fk_storefront_banner_store"];
    set_null_loses_its_columns: "storefront",
        "ALTER TABLE storefront_banner DROP CONSTRAINT fk_storefront_banner_product,
           ADD CONSTRAINT fk_storefront_banner_product FOREIGN KEY (store_id, product_id)
             REFERENCES storefront_product (store_id, id) ON DELETE SET NULL
             DEFERRABLE INITIALLY IMMEDIATE"
        => ["D0306 storefront_banner.fk_storefront_banner_product"];
    an_on_update_is_added: "storefront",
        "ALTER TABLE storefront_banner DROP CONSTRAINT fk_storefront_banner_store,
           ADD CONSTRAINT fk_storefront_banner_store FOREIGN KEY (store_id)
             REFERENCES storefront_store (id) ON DELETE CASCADE ON UPDATE CASCADE"
        => ["D0306 storefront_banner.fk_storefront_banner_store"];
    a_foreign_key_is_renamed: "storefront",
        "ALTER TABLE storefront_banner RENAME CONSTRAINT fk_storefront_banner_store TO banner_store_fk"
        => ["D0307 storefront_banner.fk_storefront_banner_store"];
    a_constraint_gets_a_comment: "storefront",
        "COMMENT ON CONSTRAINT ck_storefront_product_price ON storefront_product IS 'not free'"
        => ["D0308 storefront_product.ck_storefront_product_price"];
    a_check_is_not_inherited: "storefront",
        "ALTER TABLE storefront_product DROP CONSTRAINT ck_storefront_product_price,
           ADD CONSTRAINT ck_storefront_product_price CHECK (price >= 0) NO INHERIT"
        => ["D0309 storefront_product.ck_storefront_product_price"];
    a_foreign_key_matches_in_full: "storefront",
        "ALTER TABLE storefront_banner DROP CONSTRAINT fk_storefront_banner_product,
           ADD CONSTRAINT fk_storefront_banner_product FOREIGN KEY (store_id, product_id)
             REFERENCES storefront_product (store_id, id) MATCH FULL
             ON DELETE SET NULL (product_id) DEFERRABLE INITIALLY IMMEDIATE"
        => ["D0309 storefront_banner.fk_storefront_banner_product"];
    a_unique_includes_a_column: "storefront",
        "ALTER TABLE storefront_store DROP CONSTRAINT uq_storefront_store_name,
           ADD CONSTRAINT uq_storefront_store_name UNIQUE (name) INCLUDE (url)"
        => ["D0309 storefront_store.uq_storefront_store_name"];
    foreign_keys_are_switched_off: "storefront",
        "ALTER TABLE storefront_banner_post DISABLE TRIGGER ALL"
        => [
            // That which can wait has a trigger too.
            "D0309 storefront_banner_post.uq_storefront_banner_post_banner_id_position",
            "D0309 storefront_banner_post.fk_storefront_banner_post_banner",
            "D0309 storefront_banner_post.fk_storefront_banner_post_post",
        ];
    a_check_is_added_again_and_not_validated: "storefront",
        "ALTER TABLE storefront_product DROP CONSTRAINT ck_storefront_product_price,
           ADD CONSTRAINT ck_storefront_product_price CHECK (price >= 0) NOT VALID"
        => ["D0310 storefront_product.ck_storefront_product_price"];

    // Indexes
    an_index_is_dropped: "storefront",
        "DROP INDEX ix_storefront_banner_post_post_id"
        => ["D0401 storefront_banner_post.ix_storefront_banner_post_post_id"];
    an_index_is_added: "storefront",
        "CREATE INDEX by_price ON storefront_product (price)"
        => ["D0402 storefront_product.by_price"];
    an_index_is_the_other_way_round: "constraints",
        "DROP INDEX ix_leasing_flat_rent_area;
         CREATE INDEX ix_leasing_flat_rent_area ON leasing_flat (rent, area) WHERE NOT withdrawn"
        => ["D0403 leasing_flat.ix_leasing_flat_rent_area"];
    an_index_includes_nothing: "constraints",
        "DROP INDEX ix_leasing_flat_lower_street;
         CREATE INDEX ix_leasing_flat_lower_street ON leasing_flat (lower(street))"
        => ["D0403 leasing_flat.ix_leasing_flat_lower_street"];
    an_index_is_of_another_expression: "constraints",
        "DROP INDEX ix_leasing_flat_lower_street;
         CREATE INDEX ix_leasing_flat_lower_street ON leasing_flat (upper(street)) INCLUDE (number)"
        => ["D0403 leasing_flat.ix_leasing_flat_lower_street"];
    an_index_is_of_another_method: "constraints",
        "DROP INDEX ix_flat_listed; CREATE INDEX ix_flat_listed ON leasing_flat (listed_at)"
        => ["D0403 leasing_flat.ix_flat_listed"];
    a_unique_index_holds_for_other_rows: "constraints",
        "DROP INDEX uq_flat_on_market;
         CREATE UNIQUE INDEX uq_flat_on_market ON leasing_flat (street, number) WHERE withdrawn"
        => ["D0404 leasing_flat.uq_flat_on_market"];
    an_index_has_a_fillfactor: "storefront",
        "ALTER INDEX ix_storefront_banner_post_post_id SET (fillfactor = 50)"
        => ["D0405 storefront_banner_post.ix_storefront_banner_post_post_id"];
    an_index_is_not_valid: "storefront",
        "UPDATE pg_index SET indisvalid = false
         WHERE indexrelid = 'ix_storefront_banner_post_post_id'::regclass"
        => ["D0406 storefront_banner_post.ix_storefront_banner_post_post_id"];
    an_index_is_renamed: "storefront",
        "ALTER INDEX ix_storefront_banner_post_post_id RENAME TO by_post"
        => ["D0407 storefront_banner_post.ix_storefront_banner_post_post_id"];
    an_index_gets_a_comment: "storefront",
        "COMMENT ON INDEX ix_storefront_banner_post_post_id IS 'needed'"
        => ["D0408 storefront_banner_post.ix_storefront_banner_post_post_id"];

    // Triggers
    a_trigger_is_dropped: "bounds",
        "DROP TRIGGER tg_orders_player_team_bound ON orders_player"
        => ["D0501 orders_player.tg_orders_player_team_bound"];
    a_trigger_is_added: "storefront",
        "CREATE TRIGGER again BEFORE INSERT ON storefront_post
           FOR EACH ROW EXECUTE FUNCTION tg_storefront_post_touch()"
        => ["D0502 storefront_post.again"];
    a_trigger_fires_on_other_events: "storefront",
        "DROP TRIGGER tg_storefront_post_touch ON storefront_post;
         CREATE TRIGGER tg_storefront_post_touch BEFORE UPDATE OF kind ON storefront_post
           FOR EACH ROW WHEN (OLD.* *<> NEW.*) EXECUTE FUNCTION tg_storefront_post_touch()"
        => ["D0503 storefront_post.tg_storefront_post_touch"];
    a_trigger_fires_without_its_condition: "storefront",
        "DROP TRIGGER tg_storefront_post_touch ON storefront_post;
         CREATE TRIGGER tg_storefront_post_touch BEFORE UPDATE ON storefront_post
           FOR EACH ROW EXECUTE FUNCTION tg_storefront_post_touch()"
        => ["D0503 storefront_post.tg_storefront_post_touch"];
    a_function_is_emptied: "bounds",
        "CREATE OR REPLACE FUNCTION tg_orders_order_line_order_bound() RETURNS trigger
           LANGUAGE plpgsql SET search_path = public AS 'BEGIN RETURN NULL; END'"
        => ["D0504 orders_order_line.tg_orders_order_line_order_bound"];
    a_function_s_search_path_leads_elsewhere: "bounds",
        "ALTER FUNCTION tg_orders_order_line_order_bound() SET search_path = pg_catalog"
        => ["D0504 orders_order_line.tg_orders_order_line_order_bound"];
    a_function_s_search_path_is_lost: "bounds",
        "ALTER FUNCTION tg_orders_order_line_order_bound() RESET search_path"
        => ["D0504 orders_order_line.tg_orders_order_line_order_bound"];
    a_function_s_search_path_leads_here_by_other_words: "bounds",
        "ALTER FUNCTION tg_orders_order_line_order_bound() SET search_path = public, pg_temp"
        => [];
    a_trigger_is_disabled: "bounds",
        "ALTER TABLE orders_order_line DISABLE TRIGGER tg_orders_order_line_order_bound"
        => ["D0506 orders_order_line.tg_orders_order_line_order_bound"];
    a_trigger_is_renamed: "storefront",
        "ALTER TRIGGER tg_storefront_post_touch ON storefront_post RENAME TO touch"
        => ["D0507 storefront_post.tg_storefront_post_touch"];
    a_trigger_gets_a_comment: "storefront",
        "COMMENT ON TRIGGER tg_storefront_post_touch ON storefront_post IS 'keeps the time'"
        => ["D0508 storefront_post.tg_storefront_post_touch"];
    a_function_runs_as_its_owner: "storefront",
        "ALTER FUNCTION tg_storefront_post_touch() SECURITY DEFINER"
        => ["D0509 storefront_post.tg_storefront_post_touch"];

    // Types, schemas, extensions
    an_enum_gets_a_value: "enums",
        "ALTER TYPE parking_size ADD VALUE 'huge'"
        => ["D0603 parking_size"];
    an_enum_s_value_is_renamed: "enums",
        "ALTER TYPE parking_size RENAME VALUE 'small' TO 'tiny'"
        => [
            "D0603 parking_size",
        ];
    an_enum_gets_a_comment: "enums",
        "COMMENT ON TYPE parking_size IS 'of cars'"
        => ["D0608 parking_size"];
    a_type_is_added: "enums",
        "CREATE TYPE shape AS ENUM ('round')"
        => ["D0602 shape"];

    // What is no drift.
    a_view_a_function_and_a_sequence_of_others: "storefront",
        "CREATE VIEW cheap AS SELECT * FROM storefront_product WHERE price < 10;
         CREATE FUNCTION total(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
         CREATE SEQUENCE invoices"
        => [];
    django_s_and_alembic_s_own_tables: "storefront",
        "CREATE TABLE django_migrations (id serial PRIMARY KEY);
         CREATE TABLE auth_user (id serial PRIMARY KEY);
         CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"
        => [];
    tables_in_a_schema_of_others: "storefront",
        "CREATE SCHEMA warehouse CREATE TABLE rack (id integer)"
        => [];
    owners_and_privileges: "storefront",
        "GRANT SELECT ON storefront_store TO PUBLIC"
        => [];
    rows_and_statistics: "storefront",
        "INSERT INTO storefront_store (name, url) VALUES ('a', 'b'); ANALYZE storefront_store"
        => [];
}
