-- The day an account was used last, and what its person was told because it was not.
CREATE TABLE "account_use" (
    "account_no" INTEGER NOT NULL CONSTRAINT "PK_account_use" PRIMARY KEY,
    "last_used" TEXT NOT NULL,
    "first_told" TEXT NULL,
    "second_told" TEXT NULL,
    "closes" TEXT NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_account_use_last_used" ON "account_use" ("last_used");
