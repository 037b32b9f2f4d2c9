CREATE TABLE inbox_message (
    no bigint NOT NULL,
    resident_no bigint NOT NULL,
    key bytea NOT NULL,
    sent timestamp with time zone NOT NULL,
    read timestamp with time zone,
    content bytea NOT NULL,
    CONSTRAINT "PK_inbox_message" PRIMARY KEY (no)
);
CREATE UNIQUE INDEX "IX_inbox_message_resident_no_key" ON inbox_message (resident_no, key);
