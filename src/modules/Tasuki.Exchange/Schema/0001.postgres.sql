CREATE TABLE import_job (
    resident_no bigint NOT NULL,
    id character varying(32) NOT NULL,
    state smallint NOT NULL,
    received timestamp with time zone NOT NULL,
    finished timestamp with time zone,
    spool_key bytea,
    details bytea NOT NULL,
    CONSTRAINT "PK_import_job" PRIMARY KEY (resident_no, id)
);
CREATE INDEX "IX_import_job_state_received" ON import_job (state, received);
