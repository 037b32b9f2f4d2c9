-- Inquiries and their history.
CREATE TABLE inquiry (
    no bigint NOT NULL,
    number character varying(12) NOT NULL,
    resident_no bigint,
    channel smallint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    received timestamp with time zone NOT NULL,
    since timestamp with time zone NOT NULL,
    answered timestamp with time zone,
    closed timestamp with time zone,
    due date NOT NULL,
    owner bigint,
    steps integer NOT NULL,
    code_hash bytea,
    wrong_codes integer NOT NULL,
    about bytea,
    mac bytea NOT NULL,
    CONSTRAINT "PK_inquiry" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_inquiry_number" ON inquiry (number);
CREATE INDEX "IX_inquiry_resident_no" ON inquiry (resident_no);
CREATE INDEX "IX_inquiry_state_due" ON inquiry (state, due);
CREATE TABLE inquiry_step (
    inquiry_no bigint NOT NULL,
    step integer NOT NULL,
    resident_no bigint,
    at timestamp with time zone NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_inquiry_step" PRIMARY KEY (inquiry_no, step)
);
CREATE INDEX "IX_inquiry_step_resident_no" ON inquiry_step (resident_no);
