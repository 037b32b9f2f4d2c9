-- The register of organisations, the codes of letters to them, and which of them a clinician belongs to.
CREATE TABLE "organisation" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_organisation" PRIMARY KEY,
    "kind" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "entered_by" INTEGER NOT NULL,
    "entered" INTEGER NOT NULL,
    "changed_by" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "approved_by" INTEGER NULL,
    "approved" INTEGER NULL,
    "confirmed" INTEGER NULL,
    "stopped_by" INTEGER NULL,
    "stopped" INTEGER NULL,
    "content" BLOB NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE TABLE "organisation_code" (
    "organisation_no" INTEGER NOT NULL CONSTRAINT "PK_organisation_code" PRIMARY KEY,
    "locator" BLOB NOT NULL,
    "code_mac" BLOB NOT NULL,
    "tries" INTEGER NOT NULL,
    "printed" INTEGER NOT NULL,
    "ends" INTEGER NOT NULL,
    "printed_by" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_organisation_code_locator" ON "organisation_code" ("locator");
ALTER TABLE "staff" ADD COLUMN "organisation_no" INTEGER NULL;
