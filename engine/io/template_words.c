/*
 * template_words.c: helpers that choose among words, or fill patterns of words. A sentence of a pattern names other
 * helpers as {module.method}; `#` is a digit. Addresses are of the names that RFC 2606 keeps for examples.
 */

#include "io/template_impl.h"

static const char *const name_first_name[] = {
    "Ada", "Alan", "Amara", "Anna", "Benito", "Boris", "Carla", "Chen", "Clara", "Diego", "Dora",
    "Edgar", "Elena", "Emil", "Fatima", "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jane",
    "Jonas", "Kaito", "Kurt", "Lara", "Leo", "Lin", "Maria", "Max", "Mila", "Nadia", "Noah", "Olga",
    "Omar", "Paul", "Priya", "Rosa", "Samuel", "Sofia", "Tara", "Tomas", "Uma", "Vera", "Viktor",
    "Walter", "Yara", "Zoe", NULL
};
static const char *const name_last_name[] = {
    "Abbott", "Adler", "Baker", "Becker", "Bianchi", "Brandt", "Castro", "Chang", "Costa", "Dubois",
    "Dunn", "Eriksen", "Falk", "Ferrari", "Fischer", "Garcia", "Gruber", "Hansen", "Hughes", "Ito",
    "Jansen", "Keller", "Khan", "Kowalski", "Lang", "Larsen", "Lopez", "Meyer", "Moreau", "Nguyen",
    "Novak", "Okafor", "Olsen", "Patel", "Peters", "Quinn", "Ramos", "Rossi", "Sato", "Schmidt",
    "Silva", "Singh", "Stein", "Tanaka", "Torres", "Wagner", "Weber", "Wong", "Young", "Zimmer",
    NULL
};
static const char *const name_find_name[] = {
    "{name.firstName} {name.lastName}", "{name.prefix} {name.firstName} {name.lastName}",
    "{name.firstName} {name.lastName} {name.suffix}", NULL
};
static const char *const name_prefix[] = {
    "Mr.", "Mrs.", "Ms.", "Miss", "Dr.", NULL
};
static const char *const name_suffix[] = {
    "Jr.", "Sr.", "I", "II", "III", "IV", "MD", "PhD", NULL
};
static const char *const name_job_descriptor[] = {
    "Chief", "Junior", "Senior", "Lead", "Regional", "National", "Global", "Principal", "Internal",
    "Direct", NULL
};
static const char *const name_job_area[] = {
    "Operations", "Research", "Security", "Quality", "Data", "Markets", "Accounts", "Logistics",
    "Training", "Support", "Brand", "Infrastructure", NULL
};
static const char *const name_job_type[] = {
    "Engineer", "Analyst", "Manager", "Officer", "Planner", "Architect", "Assistant", "Designer",
    "Consultant", "Technician", "Director", NULL
};
static const char *const name_job_title[] = {
    "{name.jobDescriptor} {name.jobArea} {name.jobType}", NULL
};
static const char *const address_city_prefix[] = {
    "North", "East", "West", "South", "New", "Lake", "Port", NULL
};
static const char *const address_city_suffix[] = {
    "town", "ton", "land", "ville", "berg", "burgh", "borough", "bury", "view", "port", "mouth",
    "stad", "furt", "chester", "haven", "side", "shire", NULL
};
static const char *const address_city[] = {
    "{address.cityPrefix} {name.firstName}{address.citySuffix}",
    "{address.cityPrefix} {name.firstName}", "{name.firstName}{address.citySuffix}",
    "{name.lastName}{address.citySuffix}", NULL
};
static const char *const address_street_suffix[] = {
    "Alley", "Avenue", "Bridge", "Court", "Drive", "Gardens", "Grove", "Hill", "Lane", "Mews",
    "Park", "Path", "Place", "Road", "Square", "Street", "Terrace", "Walk", "Way", NULL
};
static const char *const address_street_prefix[] = {
    "Old", "New", "Upper", "Lower", "Great", "Little", NULL
};
static const char *const address_street_name[] = {
    "{name.firstName} {address.streetSuffix}", "{name.lastName} {address.streetSuffix}", NULL
};
static const char *const address_street_address[] = {
    "##### {address.streetName}", "#### {address.streetName}", "### {address.streetName}", NULL
};
static const char *const address_secondary_address[] = {
    "Apt. ###", "Suite ###", NULL
};
static const char *const address_county[] = {
    "Avon", "Bedfordshire", "Berkshire", "Borders", "Buckinghamshire", "Cambridgeshire", NULL
};
static const char *const address_country[] = {
    "Argentina", "Australia", "Austria", "Belgium", "Brazil", "Canada", "Chile", "China",
    "Colombia", "Denmark", "Egypt", "Finland", "France", "Germany", "Ghana", "Greece", "India",
    "Indonesia", "Ireland", "Italy", "Japan", "Kenya", "Mexico", "Morocco", "Netherlands",
    "New Zealand", "Nigeria", "Norway", "Peru", "Poland", "Portugal", "Singapore", "South Africa",
    "Spain", "Sweden", "Switzerland", "Thailand", "Turkey", "United Kingdom",
    "United States of America", "Uruguay", "Vietnam", NULL
};
static const char *const address_country_code[] = {
    "AR", "AU", "AT", "BE", "BR", "CA", "CL", "CN", "CO", "DK", "EG", "FI", "FR", "DE", "GH", "GR",
    "IN", "ID", "IE", "IT", "JP", "KE", "MX", "MA", "NL", "NZ", "NG", "NO", "PE", "PL", "PT", "SG",
    "ZA", "ES", "SE", "CH", "TH", "TR", "GB", "US", "UY", "VN", NULL
};
static const char *const address_state[] = {
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky",
    "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi",
    "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico",
    "New York", "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania",
    "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont",
    "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming", NULL
};
static const char *const address_state_abbr[] = {
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY",
    "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV",
    "WI", "WY", NULL
};
static const char *const company_suffixes[] = {
    "Inc", "and Sons", "LLC", "Group", NULL
};
static const char *const company_company_name[] = {
    "{name.lastName} {company.companySuffix}", "{name.lastName} - {name.lastName}",
    "{name.lastName}, {name.lastName} and {name.lastName}", NULL
};
static const char *const company_catch_phrase_adjective[] = {
    "Adaptive", "Balanced", "Compatible", "Distributed", "Enhanced", "Focused", "Integrated",
    "Managed", "Open", "Polarised", "Robust", "Secured", "Streamlined", "Universal", NULL
};
static const char *const company_catch_phrase_descriptor[] = {
    "24 hour", "asynchronous", "bottom-line", "client-driven", "dynamic", "explicit",
    "fault-tolerant", "global", "hybrid", "incremental", "local", "modular", "real-time",
    "scalable", "zero defect", NULL
};
static const char *const company_catch_phrase_noun[] = {
    "ability", "access", "alliance", "approach", "archive", "array", "capacity", "concept",
    "forecast", "framework", "hub", "interface", "middleware", "model", "parallelism", "protocol",
    "strategy", "throughput", "workforce", NULL
};
static const char *const company_catch_phrase[] = {
    "{company.catchPhraseAdjective} {company.catchPhraseDescriptor} {company.catchPhraseNoun}", NULL
};
static const char *const company_bs_buzz[] = {
    "implement", "integrate", "streamline", "optimize", "evolve", "transform", "embrace", "enable",
    "orchestrate", "deliver", "scale", "monetize", "deploy", "harness", "benchmark", NULL
};
static const char *const company_bs_adjective[] = {
    "clicks-and-mortar", "value-added", "vertical", "proactive", "robust", "scalable",
    "leading-edge", "innovative", "strategic", "real-time", "viral", "end-to-end", "distributed",
    NULL
};
static const char *const company_bs_noun[] = {
    "synergies", "platforms", "paradigms", "communities", "partnerships", "infrastructures",
    "solutions", "markets", "deliverables", "channels", "methodologies", "metrics", NULL
};
static const char *const company_bs[] = {
    "{company.bsBuzz} {company.bsAdjective} {company.bsNoun}", NULL
};
static const char *const finance_account_name[] = {
    "Checking Account", "Savings Account", "Money Market Account", "Investment Account",
    "Home Loan Account", "Credit Card Account", "Auto Loan Account", "Personal Loan Account", NULL
};
static const char *const finance_transaction_type[] = {
    "deposit", "withdrawal", "payment", "invoice", NULL
};
static const char *const finance_currency_code[] = {
    "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK",
    "BRL", "MXN", "INR", "CNY", "KRW", "SGD", "ZAR", "TRY", NULL
};
static const char *const finance_currency_name[] = {
    "US Dollar", "Euro", "Pound Sterling", "Yen", "Swiss Franc", "Canadian Dollar",
    "Australian Dollar", "New Zealand Dollar", "Swedish Krona", "Norwegian Krone", "Danish Krone",
    "Zloty", "Czech Koruna", "Brazilian Real", "Mexican Peso", "Indian Rupee", "Yuan Renminbi",
    "Won", "Singapore Dollar", "Rand", "Turkish Lira", NULL
};
static const char *const finance_currency_symbol[] = {
    "$", "€", "£", "¥", "kr", "R$", "₩", NULL
};
static const char *const internet_domain_suffix[] = {
    "com", "net", "org", "info", "biz", "name", NULL
};
static const char *const internet_protocol[] = {
    "http", "https", NULL
};
static const char *const internet_user_name[] = {
    "{name.firstName}##", "{name.firstName}.{name.lastName}", "{name.firstName}_{name.lastName}##",
    NULL
};
static const char *const internet_email[] = {
    "{internet.userName}@example.com", "{internet.userName}@example.net",
    "{internet.userName}@example.org", NULL
};
static const char *const internet_domain_word[] = {
    "alder", "birch", "cedar", "elm", "fir", "hazel", "juniper", "larch", "maple", "oak", "pine",
    "rowan", "spruce", "willow", "yew", NULL
};
static const char *const internet_domain_name[] = {
    "{internet.domainWord}.{internet.domainSuffix}", NULL
};
static const char *const internet_url[] = {
    "{internet.protocol}://{internet.domainName}", NULL
};
static const char *const internet_avatar[] = {
    "https://example.com/avatar/####.jpg", NULL
};
static const char *const internet_user_agent[] = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 13.4; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/115.0.0.0 Safari/537.36",
    "curl/7.88.1",
    NULL
};
static const char *const phone_phone_formats[] = {
    "###-###-####", "(###) ###-####", "1-###-###-####", "###.###.####", NULL
};
static const char *const commerce_color[] = {
    "red", "green", "blue", "yellow", "purple", "mint green", "teal", "white", "black", "orange",
    "pink", "grey", "maroon", "violet", "turquoise", "tan", "sky blue", "salmon", "plum", "olive",
    "magenta", "lime", "ivory", "indigo", "gold", "fuchsia", "cyan", "azure", NULL
};
static const char *const commerce_department[] = {
    "Books", "Movies", "Music", "Games", "Electronics", "Computers", "Home", "Garden", "Tools",
    "Grocery", "Health", "Beauty", "Toys", "Kids", "Baby", "Clothing", "Shoes", "Jewelry", "Sports",
    "Outdoors", "Automotive", "Industrial", NULL
};
static const char *const commerce_product_adjective[] = {
    "Small", "Ergonomic", "Rustic", "Smart", "Sleek", "Awesome", "Practical", "Refined", "Generic",
    "Handcrafted", "Licensed", "Tasty", NULL
};
static const char *const commerce_product_material[] = {
    "Steel", "Wooden", "Concrete", "Plastic", "Cotton", "Granite", "Rubber", "Metal", "Soft",
    "Fresh", "Frozen", NULL
};
static const char *const commerce_product[] = {
    "Chair", "Car", "Computer", "Keyboard", "Mouse", "Bike", "Ball", "Gloves", "Pants", "Shirt",
    "Table", "Shoes", "Hat", "Towels", "Soap", "Tuna", "Chicken", "Fish", "Cheese", "Bacon",
    "Pizza", "Salad", "Sausages", "Chips", NULL
};
static const char *const commerce_product_name[] = {
    "{commerce.productAdjective} {commerce.productMaterial} {commerce.product}", NULL
};
static const char *const hacker_abbreviation[] = {
    "TCP", "HTTP", "SDD", "RAM", "GB", "CSS", "SSL", "AGP", "SQL", "FTP", "PCI", "AI", "ADP", "RSS",
    "XML", "EXE", "COM", "HDD", "THX", "SMTP", "SMS", "USB", "PNG", "SAS", "IB", "SCSI", "JSON",
    "XSS", "JBOD", NULL
};
static const char *const hacker_adjective[] = {
    "auxiliary", "primary", "back-end", "digital", "open-source", "virtual", "cross-platform",
    "redundant", "online", "haptic", "multi-byte", "bluetooth", "wireless", "neural", "optical",
    "solid state", "mobile", NULL
};
static const char *const hacker_noun[] = {
    "driver", "protocol", "bandwidth", "panel", "microchip", "program", "port", "card", "array",
    "interface", "system", "sensor", "firewall", "hard drive", "pixel", "alarm", "feed", "monitor",
    "application", "transmitter", "bus", "circuit", "capacitor", "matrix", NULL
};
static const char *const hacker_verb[] = {
    "back up", "bypass", "hack", "override", "compress", "copy", "navigate", "index", "connect",
    "generate", "quantify", "calculate", "synthesize", "input", "transmit", "program", "reboot",
    "parse", NULL
};
static const char *const hacker_ingverb[] = {
    "backing up", "bypassing", "hacking", "overriding", "compressing", "copying", "navigating",
    "indexing", "connecting", "generating", "quantifying", "calculating", "synthesizing",
    "transmitting", "programming", "parsing", NULL
};
static const char *const hacker_phrase[] = {
    "If we {hacker.verb} the {hacker.noun}, we can get to the {hacker.abbreviation} "
    "{hacker.noun} through the {hacker.adjective} {hacker.abbreviation} {hacker.noun}!",
    "You cannot {hacker.verb} the {hacker.noun} without {hacker.ingverb} the "
    "{hacker.adjective} {hacker.abbreviation} {hacker.noun}!",
    NULL
};
static const char *const system_mime_type[] = {
    "application/json", "application/pdf", "application/xml", "application/zip", "audio/mpeg",
    "audio/ogg", "image/gif", "image/jpeg", "image/png", "image/svg+xml", "text/css", "text/csv",
    "text/html", "text/plain", "video/mp4", "video/mpeg", NULL
};
static const char *const system_common_file_type[] = {
    "video", "audio", "image", "text", "application", NULL
};
static const char *const system_file_type[] = {
    "video", "audio", "image", "text", "application", "font", "model", NULL
};
static const char *const system_common_file_ext[] = {
    "pdf", "mp3", "ogg", "png", "jpg", "gif", "mp4", "csv", "html", "txt", "json", NULL
};
static const char *const system_file_ext[] = {
    "pdf", "mp3", "ogg", "png", "jpg", "gif", "mp4", "csv", "html", "txt", "json", "xml", "zip",
    "svg", "css", "wav", "tif", "doc", "xls", NULL
};
static const char *const system_file_name[] = {
    "{internet.domainWord}_{hacker.abbreviation}.{system.fileExt}", NULL
};
static const char *const system_common_file_name[] = {
    "{internet.domainWord}_{hacker.abbreviation}.{system.commonFileExt}", NULL
};
static const char *const random_word[] = {
    "access", "array", "balance", "bridge", "circuit", "cotton", "data", "deposit", "digital",
    "driver", "engine", "field", "garden", "global", "harbour", "index", "island", "keyboard",
    "lake", "market", "matrix", "mint", "network", "orchid", "panel", "payment", "pixel", "port",
    "quartz", "record", "river", "sensor", "signal", "stone", "system", "table", "tower", "virtual",
    "window", "yellow", NULL
};
static const char *const random_locale[] = {
    "az", "cz", "de", "de_AT", "de_CH", "en", "en_AU", "en_CA", "en_GB", "en_IE", "en_IND", "en_US",
    "es", "es_MX", "fa", "fr", "fr_CA", "id_ID", "it", "ja", "ko", "nb_NO", "nl", "pl", "pt_BR",
    "ru", "sk", "sv", "tr", "uk", "vi", "zh_CN", "zh_TW", NULL
};
static const char *const image_abstract[] = {
    "https://example.com/640/480/abstract", NULL
};
static const char *const image_animals[] = {
    "https://example.com/640/480/animals", NULL
};
static const char *const image_business[] = {
    "https://example.com/640/480/business", NULL
};
static const char *const image_cats[] = {
    "https://example.com/640/480/cats", NULL
};
static const char *const image_city[] = {
    "https://example.com/640/480/city", NULL
};
static const char *const image_food[] = {
    "https://example.com/640/480/food", NULL
};
static const char *const image_nightlife[] = {
    "https://example.com/640/480/nightlife", NULL
};
static const char *const image_fashion[] = {
    "https://example.com/640/480/fashion", NULL
};
static const char *const image_people[] = {
    "https://example.com/640/480/people", NULL
};
static const char *const image_nature[] = {
    "https://example.com/640/480/nature", NULL
};
static const char *const image_sports[] = {
    "https://example.com/640/480/sports", NULL
};
static const char *const image_technics[] = {
    "https://example.com/640/480/technics", NULL
};
static const char *const image_transport[] = {
    "https://example.com/640/480/transport", NULL
};
static const char *const image_image[] = {
    "https://example.com/640/480/abstract", "https://example.com/640/480/animals",
    "https://example.com/640/480/business", "https://example.com/640/480/cats",
    "https://example.com/640/480/city", "https://example.com/640/480/food",
    "https://example.com/640/480/nightlife", "https://example.com/640/480/fashion",
    "https://example.com/640/480/people", "https://example.com/640/480/nature",
    "https://example.com/640/480/sports", "https://example.com/640/480/technics",
    "https://example.com/640/480/transport", NULL
};
static const char *const image_image_url[] = {
    "https://example.com/640/480", NULL
};

const struct helper word_helpers[] = {
    { "name.firstName", prepare_words, make_item, name_first_name },
    { "name.lastName", prepare_words, make_item, name_last_name },
    { "name.findName", prepare_patterns, make_pattern, name_find_name },
    { "name.prefix", prepare_words, make_item, name_prefix },
    { "name.suffix", prepare_words, make_item, name_suffix },
    { "name.jobDescriptor", prepare_words, make_item, name_job_descriptor },
    { "name.jobArea", prepare_words, make_item, name_job_area },
    { "name.jobType", prepare_words, make_item, name_job_type },
    { "name.jobTitle", prepare_patterns, make_pattern, name_job_title },
    { "name.title", prepare_patterns, make_pattern, name_job_title },
    { "address.cityPrefix", prepare_words, make_item, address_city_prefix },
    { "address.citySuffix", prepare_words, make_item, address_city_suffix },
    { "address.city", prepare_patterns, make_pattern, address_city },
    { "address.streetSuffix", prepare_words, make_item, address_street_suffix },
    { "address.streetPrefix", prepare_words, make_item, address_street_prefix },
    { "address.streetName", prepare_patterns, make_pattern, address_street_name },
    { "address.streetAddress", prepare_patterns, make_pattern, address_street_address },
    { "address.secondaryAddress", prepare_patterns, make_pattern, address_secondary_address },
    { "address.county", prepare_words, make_item, address_county },
    { "address.country", prepare_words, make_item, address_country },
    { "address.countryCode", prepare_words, make_item, address_country_code },
    { "address.state", prepare_words, make_item, address_state },
    { "address.stateAbbr", prepare_words, make_item, address_state_abbr },
    { "company.suffixes", prepare_words, make_item, company_suffixes },
    { "company.companySuffix", prepare_words, make_item, company_suffixes },
    { "company.companyName", prepare_patterns, make_pattern, company_company_name },
    { "company.catchPhraseAdjective", prepare_words, make_item, company_catch_phrase_adjective },
    { "company.catchPhraseDescriptor", prepare_words, make_item, company_catch_phrase_descriptor },
    { "company.catchPhraseNoun", prepare_words, make_item, company_catch_phrase_noun },
    { "company.catchPhrase", prepare_patterns, make_pattern, company_catch_phrase },
    { "company.bsBuzz", prepare_words, make_item, company_bs_buzz },
    { "company.bsAdjective", prepare_words, make_item, company_bs_adjective },
    { "company.bsNoun", prepare_words, make_item, company_bs_noun },
    { "company.bs", prepare_patterns, make_pattern, company_bs },
    { "finance.accountName", prepare_words, make_item, finance_account_name },
    { "finance.transactionType", prepare_words, make_item, finance_transaction_type },
    { "finance.currencyCode", prepare_words, make_item, finance_currency_code },
    { "finance.currencyName", prepare_words, make_item, finance_currency_name },
    { "finance.currencySymbol", prepare_words, make_item, finance_currency_symbol },
    { "internet.domainSuffix", prepare_words, make_item, internet_domain_suffix },
    { "internet.protocol", prepare_words, make_item, internet_protocol },
    { "internet.userName", prepare_patterns, make_pattern, internet_user_name },
    { "internet.email", prepare_patterns, make_pattern, internet_email },
    { "internet.exampleEmail", prepare_patterns, make_pattern, internet_email },
    { "internet.domainWord", prepare_words, make_item, internet_domain_word },
    { "internet.domainName", prepare_patterns, make_pattern, internet_domain_name },
    { "internet.url", prepare_patterns, make_pattern, internet_url },
    { "internet.avatar", prepare_patterns, make_pattern, internet_avatar },
    { "internet.userAgent", prepare_words, make_item, internet_user_agent },
    { "phone.phoneFormats", prepare_words, make_item, phone_phone_formats },
    { "commerce.color", prepare_words, make_item, commerce_color },
    { "commerce.department", prepare_words, make_item, commerce_department },
    { "commerce.productAdjective", prepare_words, make_item, commerce_product_adjective },
    { "commerce.productMaterial", prepare_words, make_item, commerce_product_material },
    { "commerce.product", prepare_words, make_item, commerce_product },
    { "commerce.productName", prepare_patterns, make_pattern, commerce_product_name },
    { "hacker.abbreviation", prepare_words, make_item, hacker_abbreviation },
    { "hacker.adjective", prepare_words, make_item, hacker_adjective },
    { "hacker.noun", prepare_words, make_item, hacker_noun },
    { "hacker.verb", prepare_words, make_item, hacker_verb },
    { "hacker.ingverb", prepare_words, make_item, hacker_ingverb },
    { "hacker.phrase", prepare_patterns, make_pattern, hacker_phrase },
    { "system.mimeType", prepare_words, make_item, system_mime_type },
    { "system.commonFileType", prepare_words, make_item, system_common_file_type },
    { "system.fileType", prepare_words, make_item, system_file_type },
    { "system.commonFileExt", prepare_words, make_item, system_common_file_ext },
    { "system.fileExt", prepare_words, make_item, system_file_ext },
    { "system.fileName", prepare_patterns, make_pattern, system_file_name },
    { "system.commonFileName", prepare_patterns, make_pattern, system_common_file_name },
    { "random.word", prepare_words, make_item, random_word },
    { "random.locale", prepare_words, make_item, random_locale },
    { "image.abstract", prepare_words, make_item, image_abstract },
    { "image.animals", prepare_words, make_item, image_animals },
    { "image.business", prepare_words, make_item, image_business },
    { "image.cats", prepare_words, make_item, image_cats },
    { "image.city", prepare_words, make_item, image_city },
    { "image.food", prepare_words, make_item, image_food },
    { "image.nightlife", prepare_words, make_item, image_nightlife },
    { "image.fashion", prepare_words, make_item, image_fashion },
    { "image.people", prepare_words, make_item, image_people },
    { "image.nature", prepare_words, make_item, image_nature },
    { "image.sports", prepare_words, make_item, image_sports },
    { "image.technics", prepare_words, make_item, image_technics },
    { "image.transport", prepare_words, make_item, image_transport },
    { "image.image", prepare_words, make_item, image_image },
    { "random.image", prepare_words, make_item, image_image },
    { "image.imageUrl", prepare_words, make_item, image_image_url },
    { "image.avatar", prepare_patterns, make_pattern, internet_avatar },
    { 0 },
};

const struct helper *helper_at(size_t i)
{
    enum { WORDS = sizeof word_helpers / sizeof *word_helpers - 1 };
    const struct helper *h = i < WORDS ? &word_helpers[i] : &code_helpers[i - WORDS];
    return h->name ? h : NULL;
}

const struct helper *helper_find(struct str name)
{
    for (size_t i = 0; helper_at(i); i++) {
        if (str_equal_c(name, helper_at(i)->name)) return helper_at(i);
    }
    return NULL;
}
