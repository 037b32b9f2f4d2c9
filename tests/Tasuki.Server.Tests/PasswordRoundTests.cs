using System.Buffers.Binary;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>The other tests hash their passwords in few rounds. Here the server stands as an operator starts it, with whatever settings.</summary>
public sealed class PasswordRoundTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Production")]
    [InlineData("Test")]
    public async Task A_password_goes_through_600000_rounds_of_SHA512_whatever_the_settings_say(string environment)
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "rounds", "phr.rounds.test");
        string[] settings = ["--PasswordHasherOptions:IterationCount=1", "--PasswordHasher:IterationCount=1", "--Tasuki:PasswordRounds=1", "--Tasuki:PasswordHashes:Rounds=1"];
        var built = await TasukiServer.Build(town.Arguments([$"--environment={environment}", .. settings]), builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.Configure<PasswordHasherOptions>(builder.Configuration.GetSection("PasswordHasher"));
        }, Cancel);
        Assert.True(built.IsOk, built.Error?.ToString());
        await using var app = built.Value;
        await using var vault = app.Services.GetRequiredService<RecordVault>();
        await using var scope = app.Services.CreateAsyncScope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Desk, "青木 守", "たすき市", "mamoru", "役場の庭の大きな楠の木陰で昼寝", Cancel)).IsOk);

        var hash = Convert.FromBase64String((await scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<Account>().SingleAsync(Cancel)).PasswordHash!);

        // Identity's third format: a mark, then the function and the rounds as big-endian numbers, then the salt's length.
        Assert.Equal(1, hash[0]);
        Assert.Equal((2u, 600_000u, 16u), (Number(1), Number(5), Number(9)));

        uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(at));
    }
}
