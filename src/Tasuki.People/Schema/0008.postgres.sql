-- The day an account was used last, and what its person was told because it was not.
CREATE TABLE account_use (
    account_no bigint NOT NULL,
    last_used date NOT NULL,
    first_told date,
    second_told date,
    closes date,
    mac bytea NOT NULL,
    CONSTRAINT "PK_account_use" PRIMARY KEY (account_no)
);
CREATE INDEX "IX_account_use_last_used" ON account_use (last_used);
