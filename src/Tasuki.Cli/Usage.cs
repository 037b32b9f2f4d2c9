using Tasuki.Kernel;

namespace Tasuki.Cli;

/// <summary>Exit codes: 0 done, 1 it could not be done, 2 nothing could be read (convert, validate), 64 wrong usage, 130 stopped.</summary>
internal static class Usage
{
    public const int Wrong = 64;

    private const string Text = """
        usage: tasuki COMMAND

          convert FILE                 any file's records as FHIR NDJSON on standard output; what was skipped, and why, on standard error
          convert FILE --checkup-xml FOLDER   the checkup reports of a file as result files of the ministry's format (hc08), one each
          validate FILE --package P [--profile URL]
                                       JSON, NDJSON or a Bundle against R4 and the profiles of FHIR packages (a .tgz or a folder of them)
          demo [--residents N] [--seed S] [--until DAY]
                                       makes a demo municipality of synthetic residents, the same for the same three
          demo accounts                how to sign in as each demo person, with the one-time code of this moment
          demo files --out FOLDER [--residents N] [--seed S] [--until DAY]
                                       writes synthetic people out as files in every format the importer knows
          municipality add --id ID --name NAME --operator NAME [--host NAME] [--administrator NAME]
                           [--postgres CONNECTION --keys CONNECTION [--log CONNECTION] [--app CONNECTION] [--owner CREDENTIALS]]
                                       makes an empty municipality with its first administrator
          administrator add --name NAME --sign-in-name NAME --operator NAME --reason TEXT
                                       one more administrator whom no colleague invited: where two officers are asked, one whom the first can ask
          migrate [--owner CREDENTIALS]
                                       brings the tables of a municipality up to date
          database roles [--id ID --postgres CONNECTION --keys CONNECTION [--log CONNECTION] [--app CONNECTION]] [--apply CREDENTIALS]
                                       the SQL that gives each store a PostgreSQL role of its own; with --apply it is run
          database map                 every column of every table and how it is protected, as docs/guide/data-map.md has it
          import FILE --resident NO --operator NAME --reason TEXT
          import-fhir FOLDER|FILE.ndjson... --residents MAP.csv [--source KIND] [--shared yes] --operator NAME --reason TEXT
                                       many residents' FHIR resources, as another server's bulk export gives them; what is there already is not written again;
                                       --shared yes puts organisations, practitioners, roles, locations and questionnaires once among the shared records
          eligible import FILE.csv --operator NAME --reason TEXT [--look yes]
                                       the list of eligible residents, whole or not at all; with --look only what would happen
          shared import FILE.ndjson|FOLDER|BUNDLE... --operator NAME --reason TEXT
                                       organisations, practitioners, their roles, locations and questionnaires that are about nobody and every caller may read; all or none
          shared list                  number, type and version of each of them; no names
          export --resident NO --operator NAME --reason TEXT --out FILE
          keys list                    purpose, number, birth, end and state of every key of the ring; no bytes
          keys rotate [--now] --operator NAME --reason TEXT
                                       the day's epoch; with --now another one at once, and every older one is destroyed
          keys renew PURPOSE --operator NAME --reason TEXT
                                       one more key for field, cookie, signing or seal
          keys change --resident NO --operator NAME --reason TEXT
                                       a resident's key is changed on suspicion; run again when it says so, or leave the rest to the server
          keys backup --to CERT.pem --out FILE
                                       ring, root key and erasure list, encrypted to an offline certificate
          keys recover --from FILE --key KEY.pem --ring FOLDER
                                       puts them back into FOLDER/ID, which must hold no ring
          verify-log [--witness FILE-OR-FOLDER]... [--records]
                                       checks the access log, against seals kept elsewhere, and with --records the rows against it
          verify-history FILE --seal FILE
                                       checks a person's exported history against a published seal; needs nothing else
          comply                       how every requirement stands by the newest evidence; exit code 1 when a binding one is red
          comply look --operator NAME --reason TEXT
                                       the same after the probes have looked
          comply sign developer --role ROLE --name NAME --operator NAME --reason TEXT
                                       signs and publishes the developer's own check sheet
          comply retention             what every rule of retention would end now; changes nothing
          comply retention --run --operator NAME --reason TEXT
                                       carries out the rules that are switched on at the desk, and leaves the proof
          comply table                 what shows each requirement: probes, tests, or what will bring it
          log seal                     the newest seal, for a witness outside the operator's hands
          log retire --before YEAR --operator NAME --reason TEXT [--log CONNECTION]
                                       ends entries after the retention; their seals stay
          backup --to-records FOLDER --to-keys FOLDER --to-ring FOLDER --certificate CERT.pem --operator NAME --reason TEXT
                                       to three places, encrypted; a run that was cut off is taken up by the next
          backup drill --from-records FOLDER --from-keys FOLDER --from-ring FOLDER --key KEY.pem [--id BACKUP] --operator NAME --reason TEXT
                  [--scratch-postgres CONNECTION --scratch-keys CONNECTION]
                                       puts a backup back into a scratch place, counts it, checks its log, leaves evidence
          restore --from-records FOLDER --from-keys FOLDER --from-ring FOLDER --key KEY.pem [--id BACKUP]
                  [--postgres CONNECTION --keys CONNECTION [--log CONNECTION] [--app CONNECTION]]
                                       into empty databases; the erased are dropped before it ends

        CREDENTIALS are a part of a connection string, such as 'Username=sakura_owner;Passfile=FILE'.
        Common options: --data FOLDER (data), --ring FOLDER (data.ring), --municipality ID
        """;

    public static async Task<int> Say(TextWriter errors)
    {
        await errors.WriteLineAsync(Text);
        return Wrong;
    }

    public static async Task<int> Say(TextWriter errors, Error error)
    {
        await errors.WriteLineAsync(error.Message);
        return error.Code is "usage" ? Wrong : 1;
    }
}
