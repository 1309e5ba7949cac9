// The emoji names that people and Leadbell use most; unknown names stay as they were typed.

const NAMES = {
  bell: "🔔", no_bell: "🔕", tada: "🎉", wave: "👋", eyes: "👀", fire: "🔥", rocket: "🚀", star: "⭐", sparkles: "✨", zap: "⚡",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔", no_entry_sign: "🚫",
  warning: "⚠️", rotating_light: "🚨", information_source: "ℹ️", question: "❓", exclamation: "❗", bulb: "💡", lock: "🔒", unlock: "🔓", key: "🔑",
  house: "🏠", house_with_garden: "🏡", houses: "🏘️", office: "🏢", school: "🏫", package: "📦", moving_truck: "🚚", truck: "🚚", mortar_board: "🎓", door: "🚪",
  bed: "🛏️", couch_and_lamp: "🛋️", moneybag: "💰", pound: "💷", euro: "💶", dollar: "💵", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊",
  calendar: "📅", date: "📅", spiral_calendar_pad: "🗓️", clock: "🕒", clock3: "🕒", clock9: "🕘", alarm_clock: "⏰", hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️",
  phone: "☎️", telephone_receiver: "📞", iphone: "📱", email: "📧", envelope: "✉️", incoming_envelope: "📨", inbox_tray: "📥", outbox_tray: "📤", mailbox: "📫",
  speech_balloon: "💬", memo: "📝", pencil: "📝", pencil2: "✏️", clipboard: "📋", pushpin: "📌", round_pushpin: "📍", link: "🔗", paperclip: "📎", label: "🏷️", mag: "🔍",
  gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️", electric_plug: "🔌", arrows_counterclockwise: "🔄", repeat: "🔁", recycle: "♻️", wastebasket: "🗑️", shield: "🛡️",
  bust_in_silhouette: "👤", busts_in_silhouette: "👥", raising_hand: "🙋", handshake: "🤝", pray: "🙏", clap: "👏", muscle: "💪", ok_hand: "👌", point_right: "👉", point_down: "👇",
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂", grin: "😁", joy: "😂", thinking_face: "🤔", sob: "😭", sunglasses: "😎",
  palm_tree: "🌴", sunny: "☀️", sunrise: "🌅", coffee: "☕", crescent_moon: "🌙", zzz: "💤", snowflake: "❄️", trophy: "🏆", dart: "🎯", crown: "👑", gift: "🎁", globe_with_meridians: "🌐",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪", white_large_square: "⬜", black_circle: "⚫", large_purple_circle: "🟣",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", one: "1️⃣", two: "2️⃣", three: "3️⃣", new: "🆕", sos: "🆘", hugging_face: "🤗", seedling: "🌱", see_no_evil: "🙈", robot_face: "🤖",
};

/** The character of an emoji name, or null. */
export function emoji(name) {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : null;
}

/** Text with every known `:name:` replaced. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) || whole);
}
