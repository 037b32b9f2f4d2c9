-- The desk: the municipality's list, enrolment codes, standings and protection; staff whose rights end, invitations, reviews.
ALTER TABLE resident ADD COLUMN standing smallint NOT NULL DEFAULT 0;
ALTER TABLE resident ADD COLUMN protected boolean NOT NULL DEFAULT false;
ALTER TABLE resident ADD COLUMN code_tries integer NOT NULL DEFAULT 0;
ALTER TABLE resident ADD COLUMN code_day integer NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN ends timestamp with time zone NULL;

CREATE TABLE eligible (
    no bigint NOT NULL,
    reference bytea NOT NULL,
    person bytea NOT NULL,
    state smallint NOT NULL,
    protected boolean NOT NULL,
    resident_no bigint,
    changed timestamp with time zone NOT NULL,
    mac bytea NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_eligible" PRIMARY KEY (no)
);
CREATE INDEX "IX_eligible_person" ON eligible (person);
CREATE UNIQUE INDEX "IX_eligible_reference" ON eligible (reference);
CREATE UNIQUE INDEX "IX_eligible_resident_no" ON eligible (resident_no);
CREATE TABLE enrolment_code (
    no bigint NOT NULL,
    eligible_no bigint NOT NULL,
    way smallint NOT NULL,
    locator bytea NOT NULL,
    code_mac bytea NOT NULL,
    tries integer NOT NULL,
    created timestamp with time zone NOT NULL,
    ends timestamp with time zone NOT NULL,
    used timestamp with time zone,
    issued_by bigint NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_enrolment_code" PRIMARY KEY (no)
);
CREATE INDEX "IX_enrolment_code_eligible_no" ON enrolment_code (eligible_no);
CREATE UNIQUE INDEX "IX_enrolment_code_locator" ON enrolment_code (locator);
CREATE TABLE list_file (
    no bigint NOT NULL,
    brought_by bigint NOT NULL,
    brought timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_list_file" PRIMARY KEY (no)
);
CREATE TABLE address_request (
    no bigint NOT NULL,
    eligible_no bigint NOT NULL,
    asked_by bigint NOT NULL,
    asked timestamp with time zone NOT NULL,
    allowed_by bigint,
    until timestamp with time zone,
    mac bytea NOT NULL,
    reason bytea NOT NULL,
    CONSTRAINT "PK_address_request" PRIMARY KEY (no)
);
CREATE INDEX "IX_address_request_eligible_no" ON address_request (eligible_no);
CREATE TABLE staff_invitation (
    account_no bigint NOT NULL,
    code_mac bytea NOT NULL,
    tries integer NOT NULL,
    ends timestamp with time zone NOT NULL,
    invited_by bigint NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_staff_invitation" PRIMARY KEY (account_no)
);
CREATE TABLE rights_review (
    no bigint NOT NULL,
    signed_by bigint NOT NULL,
    signed timestamp with time zone NOT NULL,
    mac bytea NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_rights_review" PRIMARY KEY (no)
);
CREATE INDEX "IX_rights_review_signed" ON rights_review (signed);
