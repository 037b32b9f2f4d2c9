using System.Buffers;
using System.CodeDom.Compiler;
using System.Globalization;
using System.Reflection;
using System.Resources;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Towns;

/// <summary>
/// What two municipalities of one process could share: objects both providers hand out, and static fields. Every one is either of a kind that cannot change, or stands
/// below with why it says nothing of a municipality. Not seen: what lies behind a shared object's own fields, statics of the framework and of packages (EF's models by
/// options, connection pools by connection string), and what a captured variable holds.
/// </summary>
public sealed class ProcessStateTests
{
    private const string Table = "a table of the code, filled before its first use and never written";
    private const string Scratch = "of one thread, filled anew for each use, and only what that use wrote is read";

    private static readonly Dictionary<string, string> SharedObjects = new(StringComparer.Ordinal)
    {
        ["Microsoft.Extensions.Logging.EventSource.LoggingEventSource"] = "the process's own source of events for a debugger; the unit turns its socket off",
        ["System.Text.Encodings.Web.DefaultJavaScriptEncoder"] = "says nothing of anybody",
        ["System.Text.Encodings.Web.DefaultUrlEncoder"] = "says nothing of anybody",
    };

    private static readonly Dictionary<string, string> ChangingStatics = new(StringComparer.Ordinal)
    {
        ["Tasuki.Compliance.Probes.SupportDates.Ends"] = Table,
        ["Tasuki.Delivery.MailLine.Format"] = "how a mail is written, the same for everybody",
        ["Tasuki.Fhir.FhirXml.Reading"] = "how XML is read, the same for everybody",
        ["Tasuki.Fhir.Profiles.Checks.InvariantCheck.Reader"] = "how JSON is read, the same for everybody",
        ["Tasuki.Fhir.Profiles.Checks.ProfileWalk.Nothing"] = "an empty set that nothing is put into",
        ["Tasuki.Fhir.Profiles.Definitions.StandardDefinitions.Read"] = "R4's own definitions, read when first asked for",
        ["Tasuki.Fhir.Profiles.Instance.Node.None"] = "the node that is not there",
        ["Tasuki.Fhir.Profiles.Rules.InvariantTable.Compiler"] = "compiles FHIRPath over R4's own functions",
        ["Tasuki.Fhir.Profiles.Rules.RuleReader.BoundStrengths"] = Table,
        ["Tasuki.Fhir.Profiles.Rules.SnapshotMaker.Reader"] = "how JSON is read, the same for everybody",
        ["Tasuki.Fhir.Profiles.Rules.SnapshotMaker.Writer"] = "how JSON is written, the same for everybody",
        ["Tasuki.Fhir.RecordIdentity.LocalOnly"] = Table,
        ["Tasuki.Fhir.RecordIdentity.OfInstitution"] = Table,
        ["Tasuki.Fhir.Searching.CareTime.Before"] = Table,
        ["Tasuki.Fhir.Searching.CareTime.Behind"] = Table,
        ["Tasuki.Fhir.Searching.SearchParameters.Compiled"] = "parameters of R4 and JP Core, compiled when first asked for; none but their own names comes in",
        ["Tasuki.Fhir.Searching.ValueSetTest.Standard"] = "R4's own value sets, read when first asked for",
        ["Tasuki.Fhir.SummaryElements.Known"] = "R4's own elements by type, looked up when first asked for",
        ["Tasuki.Fhir.Validation.Primitives.ByName"] = Table,
        ["Tasuki.Fhir.Validation.R4.ByName"] = Table,
        ["Tasuki.Fhir.Validation.R4.Element"] = Table,
        ["Tasuki.Fhir.Validation.R4.ResourceSlots"] = Table,
        ["Tasuki.Fhir.Validation.R4.Resources"] = Table,
        ["Tasuki.Fhir.Validation.ResourceWalk._steps"] = Scratch,
        ["Tasuki.Fhir.Validation.Roles.Mains"] = Table,
        ["Tasuki.FhirApi.Capability.CapabilityStatement.IpaProfiles"] = Table,
        ["Tasuki.FhirApi.Searching.RecordShapes.<Whole>k__BackingField"] = "writes a record as it is and keeps nothing",
        ["Tasuki.FhirApi.Searching.SearchParser.Formats"] = Table,
        ["Tasuki.FhirApi.Searching.SearchParser.Once"] = Table,
        ["Tasuki.FhirApi.Searching.ValueParser.Prefixes"] = Table,
        ["Tasuki.Formats.Encodings.Japanese"] = Table,
        ["Tasuki.Formats.InsuredNumbers.Names"] = Table,
        ["Tasuki.Formats.SpecificCheckup.CheckupHeader.Silent"] = Table,
        ["Tasuki.Formats.SpecificCheckup.CheckupObservations.OfAResource"] = Table,
        ["Tasuki.Kernel.Http.Egress.ClosedV4"] = Table,
        ["Tasuki.Kernel.Http.Egress.ClosedV6"] = Table,
        ["Tasuki.Kernel.Http.Egress.Global6"] = Table,
        ["Tasuki.MyHealth.CheckupGroups.Groups"] = Table,
        ["Tasuki.People.ActsPage.Known"] = Table,
        ["Tasuki.People.DeskRights.Table"] = Table,
        ["Tasuki.People.EligibleList.Cp932"] = Table,
        ["Tasuki.People.EligibleList.Headings"] = Table,
        ["Tasuki.People.SmartTypes.Known"] = Table,
        ["Tasuki.People.SmartTypes.WithCategory"] = Table,
        ["Tasuki.Server.ServerSettings.<ForCommands>k__BackingField"] = "settings that name no place",
        ["Tasuki.Vault.Classes.CategoryRules.MeasuredDaily"] = Table,
        ["Tasuki.Vault.Keys.Aead+Nonces._block"] = "random bytes of one thread, each given out once, under whatever key",
        ["Tasuki.Vault.Keys.Aead+Nonces._used"] = "how many of those were given out",
        ["Tasuki.Vault.RecordStore.Dictionaries.Loaded"] = "the compressor's dictionaries, the same everywhere, known by their hash",
        ["Tasuki.Vault.RecordStore.RecordPayload._buffer"] = Scratch,
        ["Tasuki.Vault.RecordStore.Zstd.<Plain>k__BackingField"] = "a compressor for each thread, whose contexts carry nothing from one frame to the next",
        ["Tasuki.Vault.Shared.ReferredFrom.Nobody"] = "what nobody's records refer to",
        ["Tasuki.Vault.Shared.SharedSet.None"] = "the set that holds no record",
        ["Tasuki.Web.ServiceLook.<Plain>k__BackingField"] = "the look until somebody has set a service up, the same for everybody and never written",
        ["Tasuki.Web.Texts`1.Known"] = "texts as they stand in the resources, by language and key of the code",
    };

    private static readonly HashSet<Type> Constants =
    [
        typeof(string), typeof(decimal), typeof(TimeSpan), typeof(DateTimeOffset), typeof(DateTime), typeof(DateOnly), typeof(Guid), typeof(Uri), typeof(Regex), typeof(CultureInfo),
        typeof(Encoding), typeof(UTF8Encoding), typeof(HashAlgorithmName), typeof(XName), typeof(XNamespace), typeof(ResourceManager), typeof(Type), typeof(Assembly), typeof(CompareInfo), typeof(StringComparer),
        typeof(JsonSerializerOptions), typeof(JsonWriterOptions), typeof(JsonReaderOptions), typeof(JsonDocumentOptions), typeof(XmlWriterSettings), typeof(HtmlEncoder),
    ];

    private static readonly HashSet<Type> FixedGenerics = [typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyDictionary<,>), typeof(IReadOnlySet<>), typeof(KeyValuePair<,>), typeof(Nullable<>), typeof(SearchValues<>), typeof(IEnumerable<>)];

    [Fact]
    public async Task No_singleton_of_one_municipality_is_the_others()
    {
        await using var towns = await TwoTowns.Start(StoreKind.Sqlite);
        var types = towns.One.Registered.Where(s => s.Lifetime is ServiceLifetime.Singleton && !s.IsKeyedService && !s.ServiceType.IsGenericTypeDefinition).Select(s => s.ServiceType).ToHashSet();
        Assert.Contains(typeof(RecordVault), types);
        var shared = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            var other = towns.Other.Services.GetServices(type).ToHashSet(ReferenceEqualityComparer.Instance);
            shared.UnionWith(towns.One.Services.GetServices(type).Where(one => one is not null && other.Contains(one)).Select(one => one!.GetType().FullName!));
        }

        Assert.Equal(SharedObjects.Keys.Order(StringComparer.Ordinal), shared, StringComparer.Ordinal);
    }

    [Fact]
    public void No_static_field_holds_what_belongs_to_a_municipality()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in Rooms().SelectMany(a => a.GetTypes()).Where(t => !IsMade(t)))
        {
            foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.IsLiteral && Changes(field))
                    found.Add($"{type.FullName}.{field.Name}");
            }
        }

        var (unknown, gone) = (found.Except(ChangingStatics.Keys, StringComparer.Ordinal).ToList(), ChangingStatics.Keys.Except(found, StringComparer.Ordinal).ToList());
        Assert.True(unknown.Count == 0, $"Not in the table: {string.Join(", ", unknown)}");
        Assert.True(gone.Count == 0, $"In the table and nowhere else: {string.Join(", ", gone)}");
    }

    // What the compiler and its generators keep for themselves: constants, cached delegates, parsers of patterns and of JSON.
    private static bool IsMade(Type type) =>
        type.Name.StartsWith('<') || type.Namespace is null or "System.Text.RegularExpressions.Generated" || type.DeclaringType is { } outer && IsMade(outer)
        || type.IsDefined(typeof(GeneratedCodeAttribute), inherit: false) || typeof(JsonSerializerContext).IsAssignableFrom(type);

    private static bool Changes(FieldInfo field) =>
        !field.IsInitOnly && !field.IsDefined(typeof(CompilerGeneratedAttribute)) || !IsFixed(field.FieldType, []);

    /// <summary>True for what cannot change once it is made, as far as its declaration says. Arrays are taken as the constants they are by the house's style.</summary>
    private static bool IsFixed(Type type, HashSet<Type> asked)
    {
        if (!asked.Add(type) || type.IsPrimitive || type.IsEnum || Constants.Contains(type) || typeof(Delegate).IsAssignableFrom(type) || type.Namespace is "System.Collections.Frozen" or "System.Collections.Immutable")
            return true;
        if (type.IsArray)
            return IsFixed(type.GetElementType()!, asked);
        if (type.IsGenericType && (typeof(ITuple).IsAssignableFrom(type) || FixedGenerics.Contains(type.GetGenericTypeDefinition())))
            return type.GetGenericArguments().All(one => one.IsGenericParameter || IsFixed(one, asked));
        return type.Namespace?.StartsWith("Tasuki.", StringComparison.Ordinal) is true && !type.IsInterface
            && Fields(type).All(f => (f.IsInitOnly || type.IsValueType) && IsFixed(f.FieldType, asked));
    }

    private static IEnumerable<FieldInfo> Fields(Type? type)
    {
        for (; type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                yield return field;
        }
    }

    private static IEnumerable<Assembly> Rooms()
    {
        var seen = new Dictionary<string, Assembly>(StringComparer.Ordinal);
        void Add(Assembly room)
        {
            if (!seen.TryAdd(room.GetName().Name!, room))
                return;
            foreach (var next in room.GetReferencedAssemblies().Where(n => n.Name!.StartsWith("Tasuki.", StringComparison.Ordinal)))
                Add(Assembly.Load(next));
        }

        Add(typeof(TasukiServer).Assembly);
        Assert.Contains("Tasuki.Exchange", seen.Keys, StringComparer.Ordinal);
        return seen.Values;
    }
}
