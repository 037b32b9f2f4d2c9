-- Sessions of before carry no MAC and end here: people sign in anew.
DELETE FROM "sign_in_session";
ALTER TABLE "sign_in_session" ADD COLUMN "kind" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "sign_in_session" ADD COLUMN "recovery_no" INTEGER NULL;
ALTER TABLE "sign_in_session" ADD COLUMN "mac" BLOB NOT NULL DEFAULT X'';

CREATE TABLE "account_recovery" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_account_recovery" PRIMARY KEY,
    "account_no" INTEGER NOT NULL,
    "way" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "locator" BLOB NOT NULL,
    "code_mac" BLOB NOT NULL,
    "tries" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "effective_at" INTEGER NULL,
    "ends" INTEGER NOT NULL,
    "issued_by" INTEGER NULL,
    "confirmed_by" INTEGER NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_account_recovery_account_no" ON "account_recovery" ("account_no");
CREATE UNIQUE INDEX "IX_account_recovery_locator" ON "account_recovery" ("locator");
