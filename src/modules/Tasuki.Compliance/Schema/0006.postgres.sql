-- An erasure of what no purpose needs, between its first step and its last word.
CREATE TABLE unneeded_underway (
    resident_no bigint NOT NULL,
    what bytea NOT NULL,
    CONSTRAINT "PK_unneeded_underway" PRIMARY KEY (resident_no)
);
