using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Delivery;

/// <summary>A key pair on P-256. Each signature uses a private key of its own, since one object serves one caller at a time.</summary>
internal sealed class PushKey(byte[] pkcs8)
{
    /// <summary>The public point, uncompressed, as browsers and push services want it: base64url.</summary>
    public string PublicText { get; } = Public(pkcs8);

    public byte[] Sign(byte[] data)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key.SignData(data, HashAlgorithmName.SHA256);
    }

    private static string Public(byte[] pkcs8)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]);
    }
}

/// <summary>
/// The municipality's push key: made on first need, shared by its servers, sealed under the field key, which lies in the ring. It must not change: every browser that subscribed
/// did so for this key.
/// </summary>
internal sealed class PushKeys(IServiceScopeFactory scopes, ISeal seal)
{
    private const long No = 1;

    private static readonly SealPlace Place = new("push_key", "private_key", "1");

    private PushKey? _key;

    public async Task<PushKey> Get(CancellationToken cancel) => _key ??= await Stored(cancel) ?? await Make(cancel);

    private async Task<PushKey> Make(CancellationToken cancel)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            db.Add(new PushKeyRow { No = No, PrivateKey = seal.SealForMunicipality(Place, made.ExportPkcs8PrivateKey()) });
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException)
            {
                // Another server of this municipality made it in the same moment: its key counts.
            }
        }

        return await Stored(cancel) ?? throw new InvalidOperationException("The push key can be neither made nor read.");
    }

    private async Task<PushKey?> Stored(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<PushKeyRow>().AsNoTracking().SingleOrDefaultAsync(k => k.No == No, cancel) is { } row
            && seal.OpenForMunicipality(Place, row.PrivateKey) is { IsOk: true } key ? new PushKey(key.Value) : null;
    }
}
