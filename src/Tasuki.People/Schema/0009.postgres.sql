-- What was given of whom to whom on which day, and how far the access log was looked through for it.
CREATE TABLE provision (
    no bigint NOT NULL,
    resident_no bigint NOT NULL,
    day date NOT NULL,
    key bytea NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_provision" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_provision_key" ON provision (key);
CREATE INDEX "IX_provision_resident_no" ON provision (resident_no);
CREATE INDEX "IX_provision_day" ON provision (day);
CREATE TABLE provision_mark (
    writer_no bigint NOT NULL,
    entry_no bigint NOT NULL,
    CONSTRAINT "PK_provision_mark" PRIMARY KEY (writer_no)
);
