using System.Text;
using Tasuki.Cli;
using Tasuki.Cli.Backup;
using Tasuki.Cli.Comply;
using Tasuki.Cli.Convert;
using Tasuki.Cli.Database;
using Tasuki.Cli.Demo;
using Tasuki.Cli.Desk;
using Tasuki.Cli.ImportFhir;
using Tasuki.Cli.Keys;
using Tasuki.Cli.Log;
using Tasuki.Cli.Municipalities;
using Tasuki.Cli.Records;
using Tasuki.Cli.Shared;
using Tasuki.Cli.Validate;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    return args switch
    {
        ["convert", .. var rest] => await ConvertFile.Run(rest, Console.OpenStandardOutput(), Console.Error, stop.Token),
        ["database", "map", .. var rest] => await ShowDataMap.Run(rest, Console.Out, Console.Error, stop.Token),
        ["database", "roles", .. var rest] => await MakeRoles.Run(rest, Console.Out, Console.Error, stop.Token),
        ["demo", "accounts", .. var rest] => await ShowDemoAccounts.Run(rest, Console.Out, Console.Error, stop.Token),
        ["demo", "files", .. var rest] => await WriteDemoFiles.Run(rest, Console.Out, Console.Error, stop.Token),
        ["demo", .. var rest] => await MakeDemo.Run(rest, Console.Error, stop.Token),
        ["migrate", .. var rest] => await Migrate.Run(rest, Console.Out, Console.Error, stop.Token),
        ["municipality", "add", .. var rest] => await AddMunicipality.Run(rest, Console.Out, Console.Error, stop.Token),
        ["administrator", "add", .. var rest] => await AddAdministrator.Run(rest, Console.Out, Console.Error, stop.Token),
        ["import", .. var rest] => await ImportRecords.Run(rest, Console.Out, Console.Error, stop.Token),
        ["import-fhir", .. var rest] => await ImportFhirFiles.Run(rest, Console.Out, Console.Error, stop.Token),
        ["eligible", .. var rest] => await TakeEligibleList.Run(rest, Console.Out, Console.Error, stop.Token),
        ["shared", "import", .. var rest] => await ImportSharedRecords.Run(rest, Console.Out, Console.Error, stop.Token),
        ["shared", "list", .. var rest] => await ListSharedRecords.Run(rest, Console.Out, Console.Error, stop.Token),
        ["export", .. var rest] => await ExportToFile.Run(rest, Console.Out, Console.Error, stop.Token),
        ["keys", "list", .. var rest] => await ListKeys.Run(rest, Console.Out, Console.Error, stop.Token),
        ["keys", "rotate", .. var rest] => await RotateKeys.Run(rest, Console.Out, Console.Error, stop.Token),
        ["keys", "renew", .. var rest] => await RenewKey.Run(rest, Console.Out, Console.Error, stop.Token),
        ["keys", "change", .. var rest] => await ChangeKey.Run(rest, Console.Out, Console.Error, stop.Token),
        ["keys", "backup", .. var rest] => await BackUpRing.Run(rest, Console.Out, Console.Error, stop.Token),
        ["keys", "recover", .. var rest] => await RecoverRing.Run(rest, Console.Out, Console.Error, stop.Token),
        ["validate", .. var rest] => await ValidateFile.Run(rest, Console.Out, Console.Error, stop.Token),
        ["verify-log", .. var rest] => await VerifyLog.Run(rest, Console.Out, Console.Error, stop.Token),
        ["verify-history", .. var rest] => await VerifyHistory.Run(rest, Console.Out, Console.Error),
        ["log", "seal", .. var rest] => await ShowSeal.Run(rest, Console.Out, Console.Error, stop.Token),
        ["log", "retire", .. var rest] => await RetireLog.Run(rest, Console.Out, Console.Error, stop.Token),
        ["comply", "look", .. var rest] => await ComplyCommand.Report(rest, look: true, Console.Out, Console.Error, stop.Token),
        ["comply", "sign", .. var rest] => await ComplyCommand.Sign(rest, Console.Out, Console.Error, stop.Token),
        ["comply", "retention", .. var rest] => await RetentionCommand.Run(rest, Console.Out, Console.Error, stop.Token),
        ["comply", "table", .. var rest] => await ComplyCommand.Table(rest, Console.Out, Console.Error),
        ["comply", .. var rest] => await ComplyCommand.Report(rest, look: false, Console.Out, Console.Error, stop.Token),
        ["backup", "drill", .. var rest] => await TryRestore.Run(rest, Console.Out, Console.Error, stop.Token),
        ["backup", .. var rest] => await BackUp.Run(rest, Console.Out, Console.Error, stop.Token),
        ["restore", .. var rest] => await Restore.Run(rest, Console.Out, Console.Error, stop.Token),
        _ => await Usage.Say(Console.Error),
    };
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}
