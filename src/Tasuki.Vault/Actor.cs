using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.Vault;

public enum ActorKind : byte
{
    Resident = 1,
    Proxy = 2,
    Clinician = 3,
    Officer = 4,
    Application = 5,
    Job = 6,
    Operator = 7,
}

/// <summary>
/// Who stands at the gate. Made only by People from a signed-in principal, by a job that names its purpose, or by the command line as a named operator with
/// a reason: the factory methods are banned symbols everywhere else, so that other code does not compile.
/// </summary>
public sealed class Actor
{
    private const string AppWord = "app ";

    private Actor(ActorKind kind, string id, ResidentNo? self, string? reason)
    {
        Kind = kind;
        Id = id;
        Self = self;
        Reason = reason;
    }

    public ActorKind Kind { get; }

    /// <summary>Stable inside the municipality, unique with the kind; it stands in the access log as a token and sealed.</summary>
    public string Id { get; }

    /// <summary>The resident this actor is, when it is one.</summary>
    public ResidentNo? Self { get; }

    /// <summary>Why a job or an operator acts; of a clinician, the app they act through (<see cref="Through"/>).</summary>
    public string? Reason { get; }

    public static Actor Resident(ResidentNo self) => new(ActorKind.Resident, self.ToString(), self, null);

    public static Actor Job(string name, string reason) => new(ActorKind.Job, name, null, reason);

    public static Actor Operator(string name, string reason) => new(ActorKind.Operator, name, null, reason);

    public static Actor Officer(string accountId) => new(ActorKind.Officer, accountId, null, null);

    public static Actor Clinician(string accountId) => new(ActorKind.Clinician, accountId, null, null);

    /// <summary>An app that holds a token. <paramref name="id"/> is the number of the app, and for one that a resident connected also that of the connection.</summary>
    public static Actor Application(string id) => new(ActorKind.Application, id, null, null);

    /// <summary>The same clinician by an app: at the gate it is the clinician, and each entry of the access log names the app too.</summary>
    public Actor Through(long app) => Kind is ActorKind.Clinician
        ? new Actor(Kind, Id, Self, string.Create(CultureInfo.InvariantCulture, $"{AppWord}{app}")) : throw new InvalidOperationException($"A clinician acts through an app, not a {Kind}.");

    /// <summary>The number of the app that <see cref="Application"/> was made of; null of anybody else.</summary>
    public static long? AppIn(ActorKind kind, string id) =>
        kind is ActorKind.Application && long.TryParse(id.AsSpan(0, id.IndexOf('/', StringComparison.Ordinal) is >= 0 and var end ? end : id.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var app) ? app : null;

    /// <summary>The app that an entry's reason names.</summary>
    internal static long? AppOf(ActorKind kind, string? reason) =>
        kind is ActorKind.Clinician && reason is not null && reason.StartsWith(AppWord, StringComparison.Ordinal)
        && long.TryParse(reason.AsSpan(AppWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var app) ? app : null;
}
