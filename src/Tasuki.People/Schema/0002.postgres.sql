-- Sessions of before carry no MAC and end here: people sign in anew.
DELETE FROM sign_in_session;
ALTER TABLE sign_in_session ADD COLUMN kind smallint NOT NULL;
ALTER TABLE sign_in_session ADD COLUMN recovery_no bigint;
ALTER TABLE sign_in_session ADD COLUMN mac bytea NOT NULL;

CREATE TABLE account_recovery (
    no bigint NOT NULL,
    account_no bigint NOT NULL,
    way smallint NOT NULL,
    state smallint NOT NULL,
    locator bytea NOT NULL,
    code_mac bytea NOT NULL,
    tries integer NOT NULL,
    created timestamp with time zone NOT NULL,
    effective_at timestamp with time zone,
    ends timestamp with time zone NOT NULL,
    issued_by bigint,
    confirmed_by bigint,
    mac bytea NOT NULL,
    CONSTRAINT "PK_account_recovery" PRIMARY KEY (no)
);
CREATE INDEX "IX_account_recovery_account_no" ON account_recovery (account_no);
CREATE UNIQUE INDEX "IX_account_recovery_locator" ON account_recovery (locator);
