-- The desk: the municipality's list, enrolment codes, standings and protection; staff whose rights end, invitations, reviews.
ALTER TABLE "resident" ADD COLUMN "standing" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "resident" ADD COLUMN "protected" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "resident" ADD COLUMN "code_tries" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "resident" ADD COLUMN "code_day" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "staff" ADD COLUMN "ends" INTEGER NULL;

CREATE TABLE "eligible" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_eligible" PRIMARY KEY,
    "reference" BLOB NOT NULL,
    "person" BLOB NOT NULL,
    "state" INTEGER NOT NULL,
    "protected" INTEGER NOT NULL,
    "resident_no" INTEGER NULL,
    "changed" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    "content" BLOB NOT NULL
);
CREATE INDEX "IX_eligible_person" ON "eligible" ("person");
CREATE UNIQUE INDEX "IX_eligible_reference" ON "eligible" ("reference");
CREATE UNIQUE INDEX "IX_eligible_resident_no" ON "eligible" ("resident_no");
CREATE TABLE "enrolment_code" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_enrolment_code" PRIMARY KEY,
    "eligible_no" INTEGER NOT NULL,
    "way" INTEGER NOT NULL,
    "locator" BLOB NOT NULL,
    "code_mac" BLOB NOT NULL,
    "tries" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "ends" INTEGER NOT NULL,
    "used" INTEGER NULL,
    "issued_by" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_enrolment_code_eligible_no" ON "enrolment_code" ("eligible_no");
CREATE UNIQUE INDEX "IX_enrolment_code_locator" ON "enrolment_code" ("locator");
CREATE TABLE "list_file" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_list_file" PRIMARY KEY,
    "brought_by" INTEGER NOT NULL,
    "brought" INTEGER NOT NULL,
    "content" BLOB NOT NULL
);
CREATE TABLE "address_request" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_address_request" PRIMARY KEY,
    "eligible_no" INTEGER NOT NULL,
    "asked_by" INTEGER NOT NULL,
    "asked" INTEGER NOT NULL,
    "allowed_by" INTEGER NULL,
    "until" INTEGER NULL,
    "mac" BLOB NOT NULL,
    "reason" BLOB NOT NULL
);
CREATE INDEX "IX_address_request_eligible_no" ON "address_request" ("eligible_no");
CREATE TABLE "staff_invitation" (
    "account_no" INTEGER NOT NULL CONSTRAINT "PK_staff_invitation" PRIMARY KEY,
    "code_mac" BLOB NOT NULL,
    "tries" INTEGER NOT NULL,
    "ends" INTEGER NOT NULL,
    "invited_by" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE TABLE "rights_review" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_rights_review" PRIMARY KEY,
    "signed_by" INTEGER NOT NULL,
    "signed" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    "content" BLOB NOT NULL
);
CREATE INDEX "IX_rights_review_signed" ON "rights_review" ("signed");
