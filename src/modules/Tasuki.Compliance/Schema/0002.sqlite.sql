-- The operator's purposes with their basis.
CREATE TABLE "purpose_version" (
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "officer" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "operator" INTEGER NOT NULL,
    "japanese" TEXT NOT NULL,
    "english" TEXT NOT NULL,
    "easy" TEXT NOT NULL,
    "basis" INTEGER NOT NULL,
    "basis_name" TEXT NULL,
    "basis_place" TEXT NULL,
    "duty" TEXT NULL,
    "relation" TEXT NULL,
    "categories" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    CONSTRAINT "PK_purpose_version" PRIMARY KEY ("code", "version")
);
-- Requests under the Act and their history.
CREATE TABLE "legal_request" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_legal_request" PRIMARY KEY,
    "number" TEXT NOT NULL,
    "resident_no" INTEGER NULL,
    "kind" INTEGER NOT NULL,
    "by" INTEGER NOT NULL,
    "channel" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "received" TEXT NOT NULL,
    "entered" INTEGER NOT NULL,
    "operator" INTEGER NOT NULL,
    "disclosed" TEXT NULL,
    "asked_until" TEXT NULL,
    "days" INTEGER NULL,
    "maximum_extension" INTEGER NOT NULL,
    "stops" TEXT NULL,
    "extension" INTEGER NOT NULL,
    "extended_days" INTEGER NOT NULL,
    "extended_to" TEXT NULL,
    "identity" INTEGER NOT NULL,
    "checked_by" INTEGER NULL,
    "confirmed_by" INTEGER NULL,
    "decision" INTEGER NOT NULL,
    "decided" TEXT NULL,
    "way" INTEGER NOT NULL,
    "settled" TEXT NULL,
    "steps" INTEGER NOT NULL,
    "about" BLOB NULL,
    "mac" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_legal_request_number" ON "legal_request" ("number");
CREATE INDEX "IX_legal_request_resident_no" ON "legal_request" ("resident_no");
CREATE INDEX "IX_legal_request_state" ON "legal_request" ("state");
CREATE TABLE "legal_request_step" (
    "request_no" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "resident_no" INTEGER NULL,
    "at" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    CONSTRAINT "PK_legal_request_step" PRIMARY KEY ("request_no", "step")
);
CREATE INDEX "IX_legal_request_step_resident_no" ON "legal_request_step" ("resident_no");
-- Incidents and their timeline.
CREATE TABLE "incident" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_incident" PRIMARY KEY,
    "number" TEXT NOT NULL,
    "drill" INTEGER NOT NULL,
    "operator" INTEGER NOT NULL,
    "known" INTEGER NOT NULL,
    "entered" INTEGER NOT NULL,
    "event" INTEGER NOT NULL,
    "cause" INTEGER NOT NULL,
    "suspected" INTEGER NOT NULL,
    "protected" INTEGER NOT NULL,
    "sensitive" INTEGER NOT NULL,
    "property_damage" INTEGER NOT NULL,
    "improper_purpose" INTEGER NOT NULL,
    "ordinance_sensitive" INTEGER NOT NULL,
    "persons" INTEGER NULL,
    "categories" INTEGER NOT NULL,
    "decision" INTEGER NOT NULL,
    "preliminary" TEXT NULL,
    "final" TEXT NULL,
    "notice" INTEGER NOT NULL,
    "told" TEXT NULL,
    "told_persons" INTEGER NULL,
    "closed" TEXT NULL,
    "steps" INTEGER NOT NULL,
    "about" BLOB NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_incident_number" ON "incident" ("number");
CREATE TABLE "incident_step" (
    "incident_no" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    CONSTRAINT "PK_incident_step" PRIMARY KEY ("incident_no", "step")
);
