-- What a disclosure in part withholds, and how what is disclosed was made ready.
ALTER TABLE "legal_request" ADD COLUMN "withheld" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "legal_request" ADD COLUMN "release" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "legal_request" ADD COLUMN "released_by" INTEGER NULL;
-- Whom an incident affects.
CREATE TABLE "incident_affected" (
    "incident_no" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    CONSTRAINT "PK_incident_affected" PRIMARY KEY ("incident_no", "step")
);
