-- What PostgreSQL does while a history runs: rewritten tables, dropped objects, and after each definition the locks and columns.
CREATE SCHEMA witness;

CREATE TABLE witness.log (
    id bigserial PRIMARY KEY,
    transaction bigint NOT NULL DEFAULT txid_current(),
    kind text NOT NULL,
    statement text NOT NULL DEFAULT current_query(),
    "table" text,
    "column" text,
    locks jsonb,
    columns jsonb
);

-- The locks that the transaction holds on tables.
CREATE FUNCTION witness.locks() RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(name, modes) FROM (
        SELECT class.relname AS name, jsonb_agg(mode) AS modes
        FROM pg_catalog.pg_locks JOIN pg_catalog.pg_class class ON class.oid = relation
        WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
            AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        GROUP BY 1) held
$$;

CREATE FUNCTION witness.rewritten() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO witness.log (kind, "table")
    SELECT 'rewritten', relname FROM pg_catalog.pg_class WHERE oid = pg_catalog.pg_event_trigger_table_rewrite_oid();
END $$;

CREATE FUNCTION witness.dropped() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO witness.log (kind, "table", "column")
    SELECT 'dropped', address_names[2], address_names[3] FROM pg_catalog.pg_event_trigger_dropped_objects()
    WHERE object_type IN ('table', 'table column') AND NOT is_temporary;
    INSERT INTO witness.log (kind, locks)
    SELECT 'index dropped', witness.locks() FROM pg_catalog.pg_event_trigger_dropped_objects() WHERE object_type = 'index' AND original;
END $$;

CREATE FUNCTION witness.ended() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO witness.log (kind, "table", locks, columns)
    SELECT command_tag, relname,
        witness.locks(),
        (SELECT jsonb_object_agg(attname, jsonb_build_array(attnum, attnotnull, atthasdef OR attidentity <> '', pg_catalog.format_type(atttypid, atttypmod)))
            FROM pg_catalog.pg_attribute WHERE attrelid = object.oid AND attnum > 0 AND NOT attisdropped)
    FROM pg_catalog.pg_event_trigger_ddl_commands() command
    LEFT JOIN pg_catalog.pg_class object ON object.oid = command.objid AND command.object_type IN ('table', 'table column');
END $$;

CREATE EVENT TRIGGER witness_rewritten ON table_rewrite EXECUTE FUNCTION witness.rewritten();
CREATE EVENT TRIGGER witness_dropped ON sql_drop EXECUTE FUNCTION witness.dropped();
CREATE EVENT TRIGGER witness_ended ON ddl_command_end EXECUTE FUNCTION witness.ended();
