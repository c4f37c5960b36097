/** The emoji that the picker offers, by tab. */

export const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export const TABS = [
    [
        "😀",
        "😀😃😄😁😆😅😂🤣🙂🙃😉😊😇🥰😍🤩😘😋😛😜🤪🤗🤭🤫🤔😐😶😏😒🙄😬😌😔😪😴😷🤒🤕🥵🥶😵🤯🥳😎🤓😕😟🙁😮😲😳🥺😨😰😥😢😭😱😖😞😩😤😡😠",
    ],
    [
        "👍",
        "👍👎👌🤌✌🤞🤟🤙👈👉👆👇☝✋🤚🖐👋🤝🙏✍💪👏🙌👐🤲👀👂👃👄👶🧒👦👧👱👨👩🧓👴👵🙅🙆💁🙋🙇🤦🤷",
    ],
    ["❤", "❤🧡💛💚💙💜🖤🤍🤎💔💕💞💓💗💖💘💝✨⭐🌟💫💥💯🔥🎉🎊🎈🎁🏆🥇✅❌❗❓⚠⛔🔔💡"],
    ["🍎", "🍎🍐🍊🍋🍌🍉🍇🍓🥭🍍🥥🥝🍅🥑🥕🌽🌶🥔🍞🧀🍳🍔🍟🍕🌮🍣🍜🍚🍛🍦🍰🎂🍫🍿☕🍵🥤🍺"],
    [
        "🚗",
        "🚗🚕🚙🚌🚓🚑🚒🚚🚜🏍🚲✈🚀🚢⛵🏠🏢🏥🏦🏫⛪🕌🌍🌈☀⛅🌧⛈❄🌊🐶🐱🐭🐰🦊🐻🐼🐯🦁🐮🐷🐸🐵🐔🐧🐦🦋🐝🐢🐍🐟🌹🌻🌳",
    ],
    [
        "💼",
        "📱💻⌚📷🎥📺📞🔋💾📁📄📊📈📅📌📎✂🔒🔑🔧🔨🧰🧪💊💰💵💳🧾✉📦📝📚🛒👕👖👗👟👜🎓⚽🏀🎮🎵🎤",
    ],
];

/** Split a string of emoji into single ones, each with the mark that asks for the coloured form. */
export function split(text) {
    const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
    return [...segmenter.segment(text)].map(({ segment }) =>
        /\p{Emoji_Presentation}/u.test(segment) ? segment : `${segment}\uFE0F`,
    );
}
