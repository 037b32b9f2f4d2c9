-- What a disclosure in part withholds, and how what is disclosed was made ready.
ALTER TABLE legal_request ADD COLUMN withheld integer NOT NULL DEFAULT 0;
ALTER TABLE legal_request ADD COLUMN release smallint NOT NULL DEFAULT 0;
ALTER TABLE legal_request ADD COLUMN released_by bigint NULL;
-- Whom an incident affects.
CREATE TABLE incident_affected (
    incident_no bigint NOT NULL,
    step integer NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT "PK_incident_affected" PRIMARY KEY (incident_no, step)
);
