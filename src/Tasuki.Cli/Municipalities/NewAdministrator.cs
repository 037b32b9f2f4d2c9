using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Cli.Municipalities;

/// <summary>An administrator the operator makes at the server, and what they sign in with: it is said once and stands nowhere in the open.</summary>
internal static class NewAdministrator
{
    /// <summary>Three lines to print. Errors: those of <see cref="AccountFactory.CheckNew"/>.</summary>
    public static async Task<Result<string>> Make(OpenedMunicipality municipality, string name, string signInName, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var password = Passphrase();
        var account = await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateStaff(
            StaffRole.Administrator, name, municipality.Folder.Municipality.OperatorName, signInName, password, cancel);
        return account.Map(made => $"""
              name              {signInName}
              password          {password}
              authenticator key {made.TotpSecret}
            """);
    }

    // About 100 bits, in groups that can be read out.
    private static string Passphrase() => string.Join('-', Enumerable.Range(0, 5).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)));
}
