-- Which change of the municipality's list the account's details follow.
ALTER TABLE "resident" ADD COLUMN "facts_of" INTEGER NULL;
