/** The emoji that the picker offers, by tab. */

export const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export const TABS = [
    ["😀", "😀😃😄😁😆😅😂🤣🙂🙃😉😊😇🥰😍🤩😘😋😛😜🤪🤗🤭🤫🤔😐😶😏😒🙄😬😌😔😪😴😷🤒🤕🥵🥶😵🤯🥳😎🤓😕😟🙁😮😲😳🥺😨😰😥😢😭😱😖😞😩😤😡😠"],
    ["👍", "👍👎👌🤌✌🤞🤟🤙👈👉👆👇☝✋🤚🖐👋🤝🙏✍💪👏🙌👐🤲👀👂👃👄👶🧒👦👧👱👨👩🧓👴👵🙅🙆💁🙋🙇🤦🤷"],
    ["❤", "❤🧡💛💚💙💜🖤🤍🤎💔💕💞💓💗💖💘💝✨⭐🌟💫💥💯🔥🎉🎊🎈🎁🏆🥇✅❌❗❓⚠⛔🔔💡"],
    ["🍎", "🍎🍐🍊🍋🍌🍉🍇🍓🥭🍍🥥🥝🍅🥑🥕🌽🌶🥔🍞🧀🍳🍔🍟🍕🌮🍣🍜🍚🍛🍦🍰🎂🍫🍿☕🍵🥤🍺"],
    ["🚗", "🚗🚕🚙🚌🚓🚑🚒🚚🚜🏍🚲✈🚀🚢⛵🏠🏢🏥🏦🏫⛪🕌🌍🌈☀⛅🌧⛈❄🌊🐶🐱🐭🐰🦊🐻🐼🐯🦁🐮🐷🐸🐵🐔🐧🐦🦋🐝🐢🐍🐟🌹🌻🌳"],
    ["💼", "📱💻⌚📷🎥📺📞🔋💾📁📄📊📈📅📌📎✂🔒🔑🔧🔨🧰🧪💊💰💵💳🧾✉📦📝📚🛒👕👖👗👟👜🎓⚽🏀🎮🎵🎤"],
];

/** Split a string of emoji into single ones. */
export function split(text) {
    const segments = typeof Intl.Segmenter === "function"
        ? [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment)
        : [...text];
    return segments;
}
