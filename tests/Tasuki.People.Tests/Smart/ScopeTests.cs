using CsCheck;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The grammar of scopes, by example and by chance.</summary>
public sealed class ScopeTests
{
    private const string Observation = "Observation";

    [Theory]
    [InlineData("patient/Observation.rs", "patient/Observation.rs")]
    [InlineData("user/*.cruds", "user/*.cruds")]
    [InlineData("patient/Observation.read", "patient/Observation.rs")]
    [InlineData("patient/*.write", "patient/*.cud")]
    [InlineData("system/Patient.*", "system/Patient.cruds")]
    [InlineData("patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory", "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory")]
    [InlineData("patient/Condition.r?category=a&category=b", "patient/Condition.r?category=a&category=b")]
    [InlineData("patient/Condition.r?category=s|a,b,|c,s|", "patient/Condition.r?category=s|a,b,|c,s|")]
    public void What_the_specification_writes_is_read_and_written_in_version_2(string text, string written) =>
        Assert.Equal(written, SmartScope.Parse(text).Value.ToString());

    [Theory]
    [InlineData("patient/Observation", "scope.grammar")]
    [InlineData("patient/Observation.", "scope.grammar")]
    [InlineData("patient/Observation.sr", "scope.grammar")]
    [InlineData("patient/Observation.rr", "scope.grammar")]
    [InlineData("patient/Observation.RS", "scope.grammar")]
    [InlineData("Patient/Observation.rs", "scope.grammar")]
    [InlineData("patient/Observation.rs.rs", "scope.grammar")]
    [InlineData("patient//Observation.rs", "scope.type")]
    [InlineData("patient/observation.rs", "scope.type")]
    [InlineData("patient/Claim.rs", "scope.type")]
    [InlineData("patient/Observation.read?category=a", "scope.grammar")]
    [InlineData("patient/Observation.rs?", "scope.condition")]
    [InlineData("patient/Observation.rs?code=1", "scope.condition")]
    [InlineData("patient/Observation.rs?category=", "scope.condition")]
    [InlineData("patient/Observation.rs?category=a&", "scope.condition")]
    [InlineData("patient/Observation.rs?category=a?b=c", "scope.condition")]
    [InlineData("patient/Immunization.rs?category=a", "scope.condition")]
    [InlineData("patient/Observation.rs?category=|", "scope.condition")]
    [InlineData("patient/Observation.rs?category=a,", "scope.condition")]
    [InlineData("patient/Observation.rs?category=a,,b", "scope.condition")]
    [InlineData("patient/Observation.rs?category=a|b|c", "scope.condition")]
    [InlineData("patient/*.rs?category=a", "scope.condition")]
    [InlineData("launch/encounter", "scope.grammar")]
    [InlineData("profile", "scope.grammar")]
    [InlineData("patient/\"", "scope.characters")]
    [InlineData("patient/Observation.rs\\", "scope.characters")]
    [InlineData("patient/日本.rs", "scope.characters")]
    [InlineData("openid  fhirUser", "scope.characters")]
    [InlineData(" openid", "scope.characters")]
    [InlineData("openid\tfhirUser", "scope.characters")]
    public void What_is_unknown_is_refused_with_a_sentence_that_does_not_repeat_it(string text, string code)
    {
        var error = SmartScopes.Parse(text).Error;
        Assert.Equal(code, error?.Code);
        Assert.DoesNotContain("Observation", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("category=a,b", "category=a", true)]
    [InlineData("category=a,b", "category=b,a", true)]
    [InlineData("category=a", "category=a,b", false)]
    [InlineData("category=a,b", "category=c", false)]
    [InlineData("category=a,b", "category=a&category=c", true)]
    [InlineData("category=a,b&category=c", "category=a", false)]
    public void A_condition_of_several_codes_covers_some_of_them(string wide, string narrow, bool covers) =>
        Assert.Equal(covers, SmartScope.Parse($"patient/Observation.rs?{wide}").Value.Covers(SmartScope.Parse($"patient/Observation.rs?{narrow}").Value));

    [Fact]
    public void A_hundred_scopes_are_read_and_one_more_is_not()
    {
        Assert.True(SmartScopes.Parse(string.Join(' ', Enumerable.Repeat("openid", SmartScopes.Most))).IsOk);
        Assert.Equal("scope.many", SmartScopes.Parse(string.Join(' ', Enumerable.Repeat("openid", SmartScopes.Most + 1))).Error?.Code);
        Assert.Equal("scope.many", SmartScopes.Parse(new string('a', 4001)).Error?.Code);
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_what_is_read_is_read_again_the_same() =>
        Gen.OneOf(Gen.String, Pieces).Sample(text =>
        {
            var scopes = SmartScopes.Parse(text);
            if (!scopes.IsOk)
                return scopes.Error.Code.StartsWith("scope.", StringComparison.Ordinal);
            var again = SmartScopes.Parse(scopes.Value.ToString());
            return again.IsOk && again.Value.ToString() == scopes.Value.ToString() && scopes.Value.Resources.All(r => scopes.Value.Covers(r));
        }, iter: 20_000, seed: "0000KoThHr02");

    [Fact]
    public void A_scope_covers_another_exactly_when_context_type_actions_and_conditions_allow_it() =>
        Gen.Select(Scope, Scope).Sample((one, other) =>
        {
            var wanted = one.Context == other.Context && (one.Type is null || one.Type == other.Type) && (other.Actions & ~one.Actions) is ScopeActions.None && one.Conditions.All(c => other.Conditions.Contains(c));
            return one.Covers(other) == wanted && new SmartScopes([other], []).Within(new SmartScopes([one], [])).IsOk == wanted;
        }, iter: 20_000, seed: "0000KoThHr02");

    [Fact]
    public void A_choice_never_widens_what_was_asked() =>
        Gen.Select(Scope.Array[1, 5], Gen.Int[0, 4095], Gen.Bool).Sample((scopes, mask, write) =>
        {
            var asked = new SmartScopes([.. scopes], [SmartScopes.Offline, SmartScopes.LaunchPatient]);
            var chosen = Enum.GetValues<Kernel.Records.DataCategory>().Where(c => (mask >> (int)c & 1) != 0).ToArray();
            var left = AskedAccess.Narrow(asked, chosen, write, KeptFor.Once);
            return left.Within(asked).IsOk && !left.Has(SmartScopes.Offline) && (write || !AskedAccess.Writes(left));
        }, iter: 20_000, seed: "0000KoThHr02");

    private static readonly Gen<string> Pieces = Gen.OneOf(
        "patient/", "user/", "system/", Observation, "Patient", "*", ".", "rs", "cruds", "read", "?category=", "a|b", "&", " ", "openid", "launch/patient", "offline_access", "?", "=").Array[0, 8].Select(string.Concat);

    private static readonly Gen<SmartScope> Scope = Gen.Select(
        Gen.Enum<ScopeContext>(), Gen.OneOf<string?>(null, Observation, "Condition", "Immunization"), Gen.Int[1, 31], Gen.OneOf("", "a", "b").Array[0, 2]).Select((context, type, actions, values) =>
            new SmartScope(context, type, (ScopeActions)actions, type is Observation ? [.. values.Where(v => v.Length > 0).Select(v => new ScopeCondition("category", v))] : []));
}
