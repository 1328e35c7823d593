//! Names in many scripts, each with its Latin form for the user principal name.

/// A name in its own script, and in Latin letters.
pub type Name = (&'static str, &'static str);

/// Names that go together.
pub struct Culture {
    pub given: [Name; 8],
    pub family: [Name; 8],
    /// Whether a space separates the two, and which comes first.
    pub joined: Joined,
}

/// How a given and a family name make a display name.
#[derive(Clone, Copy)]
pub enum Joined {
    GivenFirst,
    FamilyFirst,
    FamilyFirstUnspaced,
}

use Joined::{FamilyFirst, FamilyFirstUnspaced, GivenFirst};

/// All cultures; users get them in turn.
#[rustfmt::skip]
pub const CULTURES: [Culture; 16] = [
    // English
    Culture { joined: GivenFirst,
        given: [("Amelia", "amelia"), ("George", "george"), ("Harriet", "harriet"), ("Oliver", "oliver"), ("Ruth", "ruth"), ("Samuel", "samuel"), ("Winifred", "winifred"), ("Zachary", "zachary")],
        family: [("O’Neill", "oneill"), ("Smith-Jones", "smith-jones"), ("Ashworth", "ashworth"), ("Clarke", "clarke"), ("Harding", "harding"), ("MacLeod", "macleod"), ("Whitfield", "whitfield"), ("Young", "young")] },
    // German
    Culture { joined: GivenFirst,
        given: [("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Sören", "soeren"), ("Änne", "aenne"), ("Lukas", "lukas"), ("Mareike", "mareike"), ("Ulrich", "ulrich"), ("Gudrun", "gudrun")],
        family: [("Müller", "mueller"), ("Groß", "gross"), ("Schönfeld", "schoenfeld"), ("von der Heide", "vonderheide"), ("Jäger", "jaeger"), ("Weiß", "weiss"), ("Köhler", "koehler"), ("Brandt", "brandt")] },
    // French
    Culture { joined: GivenFirst,
        given: [("Élodie", "elodie"), ("François", "francois"), ("Zoé", "zoe"), ("Jérôme", "jerome"), ("Maëlle", "maelle"), ("Benoît", "benoit"), ("Inès", "ines"), ("Loïc", "loic")],
        family: [("Lefèvre", "lefevre"), ("d’Arcy", "darcy"), ("Noël", "noel"), ("Gérard", "gerard"), ("Besançon", "besancon"), ("Dupré", "dupre"), ("Château", "chateau"), ("Moreau", "moreau")] },
    // Spanish and Portuguese
    Culture { joined: GivenFirst,
        given: [("José", "jose"), ("Iñaki", "inaki"), ("Conceição", "conceicao"), ("João", "joao"), ("Lucía", "lucia"), ("Begoña", "begona"), ("Tomás", "tomas"), ("Inês", "ines")],
        family: [("Núñez García", "nunez"), ("Gonçalves", "goncalves"), ("Ibáñez", "ibanez"), ("Simões", "simoes"), ("Peña", "pena"), ("Araújo", "araujo"), ("Muñoz", "munoz"), ("Guimarães", "guimaraes")] },
    // Polish and Czech
    Culture { joined: GivenFirst,
        given: [("Łukasz", "lukasz"), ("Zdzisława", "zdzislawa"), ("Jiří", "jiri"), ("Žofie", "zofie"), ("Grażyna", "grazyna"), ("Ondřej", "ondrej"), ("Małgorzata", "malgorzata"), ("Štěpán", "stepan")],
        family: [("Wójcik", "wojcik"), ("Dvořák", "dvorak"), ("Błaszczyk", "blaszczyk"), ("Růžička", "ruzicka"), ("Żak", "zak"), ("Šťastný", "stastny"), ("Gałązka", "galazka"), ("Kučera", "kucera")] },
    // Nordic
    Culture { joined: GivenFirst,
        given: [("Åsa", "asa"), ("Bjørn", "bjorn"), ("Þóra", "thora"), ("Øyvind", "oyvind"), ("Pär", "par"), ("Guðrún", "gudrun"), ("Hjördis", "hjordis"), ("Søren", "soren")],
        family: [("Ångström", "angstrom"), ("Bjørnson", "bjornson"), ("Guðmundsdóttir", "gudmundsdottir"), ("Sjöberg", "sjoberg"), ("Ødegård", "odegard"), ("Mäkelä", "makela"), ("Kjær", "kjaer"), ("Höglund", "hoglund")] },
    // Turkish
    Culture { joined: GivenFirst,
        given: [("İlker", "ilker"), ("Ayşe", "ayse"), ("Çağla", "cagla"), ("Gökhan", "gokhan"), ("Işıl", "isil"), ("Şükrü", "sukru"), ("Ümit", "umit"), ("Tuğba", "tugba")],
        family: [("Yıldız", "yildiz"), ("Öztürk", "ozturk"), ("Çelik", "celik"), ("Şahin", "sahin"), ("Güneş", "gunes"), ("İnan", "inan"), ("Doğan", "dogan"), ("Karataş", "karatas")] },
    // Vietnamese
    Culture { joined: FamilyFirst,
        given: [("Thị Hương", "huong"), ("Văn Đức", "duc"), ("Minh Ánh", "anh"), ("Quốc Bảo", "bao"), ("Ngọc Diệp", "diep"), ("Hữu Phước", "phuoc"), ("Thu Thảo", "thao"), ("Xuân Trường", "truong")],
        family: [("Nguyễn", "nguyen"), ("Trần", "tran"), ("Lê", "le"), ("Phạm", "pham"), ("Huỳnh", "huynh"), ("Đặng", "dang"), ("Bùi", "bui"), ("Võ", "vo")] },
    // Greek
    Culture { joined: GivenFirst,
        given: [("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Μαρία", "maria"), ("Νίκος", "nikos"), ("Αθηνά", "athina"), ("Κώστας", "kostas"), ("Ζωή", "zoi"), ("Χρήστος", "christos")],
        family: [("Παπαδοπούλου", "papadopoulou"), ("Γεωργίου", "georgiou"), ("Οικονόμου", "oikonomou"), ("Βλάχος", "vlachos"), ("Καραγιάννης", "karagiannis"), ("Δημητρίου", "dimitriou"), ("Νικολάου", "nikolaou"), ("Ξένος", "xenos")] },
    // Russian, Ukrainian, Bulgarian
    Culture { joined: GivenFirst,
        given: [("Анна", "anna"), ("Дмитрий", "dmitry"), ("Олександр", "oleksandr"), ("Наталія", "nataliia"), ("Ярослав", "yaroslav"), ("Йордан", "yordan"), ("Любовь", "lyubov"), ("Лідія", "lidiia")],
        family: [("Иванова", "ivanova"), ("Шевченко", "shevchenko"), ("Ґалаґан", "galagan"), ("Соколов", "sokolov"), ("Петров", "petrov"), ("Ющенко", "yushchenko"), ("Чайковская", "chaikovskaya"), ("Ковальчук", "kovalchuk")] },
    // Arabic
    Culture { joined: GivenFirst,
        given: [("محمد", "mohammed"), ("فاطمة", "fatima"), ("خالد", "khalid"), ("ليلى", "layla"), ("يوسف", "yousef"), ("مريم", "maryam"), ("عمر", "omar"), ("نور", "nour")],
        family: [("الحسيني", "alhusseini"), ("المصري", "almasri"), ("بن سعيد", "bensaid"), ("حداد", "haddad"), ("الخطيب", "alkhatib"), ("منصور", "mansour"), ("الزهراني", "alzahrani"), ("قاسم", "qasim")] },
    // Hebrew
    Culture { joined: GivenFirst,
        given: [("נועה", "noa"), ("דוד", "david"), ("תמר", "tamar"), ("איתן", "eitan"), ("שירה", "shira"), ("יעקב", "yaakov"), ("רחל", "rachel"), ("אורי", "uri")],
        family: [("כהן", "cohen"), ("לוי", "levi"), ("מזרחי", "mizrahi"), ("פרץ", "peretz"), ("ביטון", "biton"), ("אברהם", "avraham"), ("פרידמן", "friedman"), ("שפירא", "shapira")] },
    // Chinese
    Culture { joined: FamilyFirstUnspaced,
        given: [("伟", "wei"), ("秀英", "xiuying"), ("敏", "min"), ("静怡", "jingyi"), ("浩然", "haoran"), ("丽", "li"), ("子轩", "zixuan"), ("雨桐", "yutong")],
        family: [("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("欧阳", "ouyang"), ("赵", "zhao"), ("黄", "huang")] },
    // Japanese
    Culture { joined: FamilyFirst,
        given: [("陽菜", "hina"), ("健太", "kenta"), ("さくら", "sakura"), ("翔", "sho"), ("美咲", "misaki"), ("大輔", "daisuke"), ("ユウキ", "yuki"), ("直子", "naoko")],
        family: [("佐藤", "sato"), ("鈴木", "suzuki"), ("髙橋", "takahashi"), ("渡邊", "watanabe"), ("伊藤", "ito"), ("山本", "yamamoto"), ("中村", "nakamura"), ("小林", "kobayashi")] },
    // Korean
    Culture { joined: FamilyFirstUnspaced,
        given: [("서연", "seoyeon"), ("민준", "minjun"), ("지우", "jiwoo"), ("하은", "haeun"), ("도윤", "doyun"), ("수빈", "subin"), ("예준", "yejun"), ("지민", "jimin")],
        family: [("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi"), ("정", "jung"), ("강", "kang"), ("조", "cho"), ("윤", "yoon")] },
    // Hindi and Thai
    Culture { joined: GivenFirst,
        given: [("प्रिया", "priya"), ("अर्जुन", "arjun"), ("दीपिका", "deepika"), ("विक्रम", "vikram"), ("สมชาย", "somchai"), ("กมลา", "kamala"), ("ณัฐวุฒิ", "nattawut"), ("ปรียา", "preeya")],
        family: [("शर्मा", "sharma"), ("सिंह", "singh"), ("पटेल", "patel"), ("गुप्ता", "gupta"), ("วงศ์ไทย", "wongthai"), ("ศรีสุข", "srisuk"), ("แก้วใส", "kaewsai"), ("บุญมี", "boonmee")] },
];
