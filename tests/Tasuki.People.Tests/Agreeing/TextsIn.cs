using System.Globalization;
using System.Resources;

namespace Tasuki.People.Tests.Agreeing;

/// <summary>The texts of the house in one way of reading: <c>ja</c>, <c>en</c> or <c>easy</c>.</summary>
internal sealed class TextsIn(string language)
{
    public string People(string key) => Of(typeof(PeopleTexts), key);

    public string Smart(string key) => Of(typeof(SmartTexts), key);

    private string Of(Type texts, string key)
    {
        var plain = new ResourceManager(texts.FullName!, texts.Assembly);
        var easy = new ResourceManager($"{texts.Namespace}.Texts.{texts.Name}.easy", texts.Assembly);
        var found = language switch
        {
            "en" => plain.GetString(key, CultureInfo.GetCultureInfo("en")),
            "easy" => easy.GetString(key, CultureInfo.InvariantCulture) ?? plain.GetString(key, CultureInfo.InvariantCulture),
            _ => plain.GetString(key, CultureInfo.InvariantCulture),
        };
        return found ?? throw new InvalidOperationException(key);
    }
}
