/**
 * The emoji an address is written in, one for each byte value (protocol.md 2). Each table is one string of 256 emoji,
 * and each of them is a single code point, so that spreading the string gives the table.
 */

/** One way of writing bytes as emoji. */
export interface EmojiTable {
  /** The emoji of each byte value. */
  readonly emojiOfByte: readonly string[];
  /** The byte value of each emoji. */
  readonly byteOfEmoji: ReadonlyMap<string, number>;
}

/** The table in use since 2024-04. */
export const CURRENT_EMOJI: EmojiTable = emojiTable(
  '🐢📟🌈🌊🎯🐋🌙🤔🌕⭐🎋🌰🌴🌵🌲🌸🌹🌻🌽🍀🍁🍄🥑🍆🍇🍈🍉🍊🍋🍌🍍🍎' +
    '🍐🍑🍒🍓🍔🍕🍗🍚🍞🍟🥝🍣🍦🍩🍪🍫🍬🍭🍯🥐🍳🥄🍵🍶🍷🍸🍾🍺🍼🎀🎁🎂' +
    '🎃🤖🎈🎉🎒🎓🎠🎡🎢🎣🎤🎥🎧🎨🎩🎪🎬🎭🎮🎰🎱🎲🎳🎵🎷🎸🎹🎺🎻🎼🎽🎾' +
    '🎿🏀🏁🏆🏈⚽🏠🏥🏦🏭🏰🐀🐉🐊🐌🐍🦁🐐🐑🐔🙈🐗🐘🐙🐚🐛🐜🐝🐞🦋🐣🐨' +
    '🦀🐪🐬🐭🐮🐯🐰🦆🦂🐴🐵🐶🐷🐸🐺🐻🐼🐽🐾👀👅👑👒🧢💅👕👖👗👘👙💃👛' +
    '👞👟👠🥊👢👣🤡👻👽👾🤠👃💄💈💉💊💋👂💍💎💐💔🔒🧩💡💣💤💦💨💩➕💯' +
    '💰💳💵💺💻💼📈📜📌📎📖📿📡⏰📱📷🔋🔌🚰🔑🔔🔥🔦🔧🔨🔩🔪🔫🔬🔭🔮🔱' +
    '🗽😂😇😈🤑😍😎😱😷🤢👍👶🚀🚁🚂🚚🚑🚒🚓🛵🚗🚜🚢🚦🚧🚨🚪🚫🚲🚽🚿🧲',
);

/** The table until 2024-04. Addresses of 33 bytes are still written in it. */
export const EMOJI_BEFORE_2024_04: EmojiTable = emojiTable(
  '🌀🌂🌈🌊🌋🌍🌙🌝🌞🌟🌠🌰🌴🌵🌷🌸🌹🌻🌽🍀🍁🍄🍅🍆🍇🍈🍉🍊🍋🍌🍍🍎' +
    '🍐🍑🍒🍓🍔🍕🍗🍚🍞🍟🍠🍣🍦🍩🍪🍫🍬🍭🍯🍰🍳🍴🍵🍶🍷🍸🍹🍺🍼🎀🎁🎂' +
    '🎃🎄🎈🎉🎒🎓🎠🎡🎢🎣🎤🎥🎧🎨🎩🎪🎬🎭🎮🎰🎱🎲🎳🎵🎷🎸🎹🎺🎻🎼🎽🎾' +
    '🎿🏀🏁🏆🏈🏉🏠🏥🏦🏭🏰🐀🐉🐊🐌🐍🐎🐐🐑🐓🐖🐗🐘🐙🐚🐛🐜🐝🐞🐢🐣🐨' +
    '🐩🐪🐬🐭🐮🐯🐰🐲🐳🐴🐵🐶🐷🐸🐺🐻🐼🐽🐾👀👅👑👒👓👔👕👖👗👘👙👚👛' +
    '👞👟👠👡👢👣👹👻👽👾👿💀💄💈💉💊💋💌💍💎💐💔💕💘💡💣💤💦💨💩💭💯' +
    '💰💳💸💺💻💼📈📉📌📎📚📝📡📣📱📷🔋🔌🔎🔑🔔🔥🔦🔧🔨🔩🔪🔫🔬🔭🔮🔱' +
    '🗽😂😇😈😉😍😎😱😷😹😻😿🚀🚁🚂🚌🚑🚒🚓🚕🚗🚜🚢🚦🚧🚨🚪🚫🚲🚽🚿🛁',
);

function emojiTable(emoji: string): EmojiTable {
  const emojiOfByte = [...emoji];
  return { emojiOfByte, byteOfEmoji: new Map(emojiOfByte.map((symbol, byte) => [symbol, byte])) };
}
