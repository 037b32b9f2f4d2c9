-- The operator's purposes with their basis.
CREATE TABLE purpose_version (
    code character varying(40) NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    officer bigint NOT NULL,
    state smallint NOT NULL,
    operator smallint NOT NULL,
    japanese character varying(500) NOT NULL,
    english character varying(500) NOT NULL,
    easy character varying(500) NOT NULL,
    basis smallint NOT NULL,
    basis_name character varying(100),
    basis_place character varying(100),
    duty character varying(500),
    relation character varying(500),
    categories integer NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_purpose_version" PRIMARY KEY (code, version)
);
-- Requests under the Act and their history.
CREATE TABLE legal_request (
    no bigint NOT NULL,
    number character varying(12) NOT NULL,
    resident_no bigint,
    kind smallint NOT NULL,
    by smallint NOT NULL,
    channel smallint NOT NULL,
    state smallint NOT NULL,
    received date NOT NULL,
    entered timestamp with time zone NOT NULL,
    operator smallint NOT NULL,
    disclosed date,
    asked_until date,
    days integer,
    maximum_extension integer NOT NULL,
    stops character varying(1000),
    extension smallint NOT NULL,
    extended_days integer NOT NULL,
    extended_to date,
    identity smallint NOT NULL,
    checked_by bigint,
    confirmed_by bigint,
    decision smallint NOT NULL,
    decided date,
    way smallint NOT NULL,
    settled date,
    steps integer NOT NULL,
    about bytea,
    mac bytea NOT NULL,
    CONSTRAINT "PK_legal_request" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_legal_request_number" ON legal_request (number);
CREATE INDEX "IX_legal_request_resident_no" ON legal_request (resident_no);
CREATE INDEX "IX_legal_request_state" ON legal_request (state);
CREATE TABLE legal_request_step (
    request_no bigint NOT NULL,
    step integer NOT NULL,
    resident_no bigint,
    at timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_legal_request_step" PRIMARY KEY (request_no, step)
);
CREATE INDEX "IX_legal_request_step_resident_no" ON legal_request_step (resident_no);
-- Incidents and their timeline.
CREATE TABLE incident (
    no bigint NOT NULL,
    number character varying(12) NOT NULL,
    drill boolean NOT NULL,
    operator smallint NOT NULL,
    known timestamp with time zone NOT NULL,
    entered timestamp with time zone NOT NULL,
    event smallint NOT NULL,
    cause smallint NOT NULL,
    suspected boolean NOT NULL,
    protected boolean NOT NULL,
    sensitive boolean NOT NULL,
    property_damage boolean NOT NULL,
    improper_purpose boolean NOT NULL,
    ordinance_sensitive boolean NOT NULL,
    persons integer,
    categories integer NOT NULL,
    decision smallint NOT NULL,
    preliminary date,
    final date,
    notice smallint NOT NULL,
    told date,
    told_persons integer,
    closed date,
    steps integer NOT NULL,
    about bytea NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_incident" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_incident_number" ON incident (number);
CREATE TABLE incident_step (
    incident_no bigint NOT NULL,
    step integer NOT NULL,
    at timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_incident_step" PRIMARY KEY (incident_no, step)
);
