-- The register of organisations, the codes of letters to them, and which of them a clinician belongs to.
CREATE TABLE organisation (
    no bigint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    entered_by bigint NOT NULL,
    entered timestamp with time zone NOT NULL,
    changed_by bigint NOT NULL,
    changed timestamp with time zone NOT NULL,
    approved_by bigint,
    approved timestamp with time zone,
    confirmed timestamp with time zone,
    stopped_by bigint,
    stopped timestamp with time zone,
    content bytea NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_organisation" PRIMARY KEY (no)
);
CREATE TABLE organisation_code (
    organisation_no bigint NOT NULL,
    locator bytea NOT NULL,
    code_mac bytea NOT NULL,
    tries integer NOT NULL,
    printed timestamp with time zone NOT NULL,
    ends timestamp with time zone NOT NULL,
    printed_by bigint NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_organisation_code" PRIMARY KEY (organisation_no)
);
CREATE UNIQUE INDEX "IX_organisation_code_locator" ON organisation_code (locator);
ALTER TABLE staff ADD COLUMN organisation_no bigint;
