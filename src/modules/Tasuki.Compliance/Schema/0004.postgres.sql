-- Why a purpose may go beyond what the data was taken for.
ALTER TABLE purpose_version ADD COLUMN ground smallint NOT NULL DEFAULT 0;
ALTER TABLE purpose_version ADD COLUMN ground_why character varying(500) NULL;
