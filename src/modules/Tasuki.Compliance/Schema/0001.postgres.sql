-- Evidence: one chain of what probes found and people said.
CREATE TABLE evidence (
    no bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind smallint NOT NULL,
    subject character varying(80) NOT NULL,
    by bigint,
    holds boolean NOT NULL,
    content bytea NOT NULL,
    hash bytea NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_evidence" PRIMARY KEY (no)
);
CREATE INDEX "IX_evidence_kind_subject_no" ON evidence (kind, subject, no);
