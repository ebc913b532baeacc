"""The words that drug names are made of besides the drug: salts, dose forms, store descriptions.

Knows nothing of any format. Salts follow the USP/INN convention that a salt's name follows the
active moiety's; elements are the bases whose "salt" is the drug itself (potassium chloride).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ingest.label_text import words

SALTS: Final = words(
    """
    acetate acistrate adipate anhydrous arginine ascorbate aspartate axetil benzoate besilate besylate bicarbonate
    bisulfate bitartrate borate bromide butyrate caffeate calcium camphorate camsilate camsylate carbonate chloride
    choline cilexetil citrate cypionate decahydrate decanoate diacetate dihydrate dihydrobromide dihydrochloride
    dimaleate dimesylate dipropionate disodium disulfate ditosylate dihydrogen edisylate embonate enanthate epolamine
    erbumine esylate estolate etabonate etexilate ethylsuccinate fumarate furoate gluceptate gluconate glucuronate
    hbr hcl hemifumarate hemihydrate hemipentahydrate hemisulfate hemitartrate heptahydrate hexahydrate
    hippurate hyclate hydrate
    hydrobromide hydrochloride hydrochlorid hydrogen iodide isethionate isetionate lactate lactobionate laurate lysine
    magnesium malate s-malate maleate marboxil medoxomil meglumine mesilate mesylate methanesulfonate methylsulfate
    monohydrate monohydrochloride monosodium mucate napsilate napsylate nicotinate nitrate olamine orotate oxalate
    palmitate pamoate pantothenate pentahydrate phosphate pidolate pivalate pivoxil polacrilex polistirex potassium
    propionate proxetil resinate saccharate sesquihydrate sodium stearate subacetate succinate sulfate sulphate
    sulfonate tannate tartrate tebutate terephthalate tetrahydrate tetrasodium tosilate tosylate tribasic trihydrate
    tripotassium trisodium trolamine tromethamine trometamol undecanoate undecylenate valerate xinafoate zinc
    """
)

ELEMENTS: Final = words(
    """
    aluminium aluminum ammonium antimony barium bismuth calcium cation chromic chromium cobalt copper cupric dibasic
    ferric ferrous gallium gold iron lanthanum magnesium manganese mercury monobasic of phosphate potassium
    selenium silver sodium stannous strontium thallous titanium zinc zirconium
    """
)

# Base and salt form one drug here although the base is an organic word.
WHOLE_NAMES: Final = frozenset(
    {
        "arginine hydrochloride",
        "benzalkonium chloride",
        "benzethonium chloride",
        "cetylpyridinium chloride",
        "choline magnesium trisalicylate",
        "methyl nicotinate",
        "sodium polystyrene sulfonate",
        "calcium polystyrene sulfonate",
        "lysine hydrochloride",
        "dimenhydrinate",
    }
)

# The active part is dosed and monitored under its own name whatever the salt.
RENAMED: Final = MappingProxyType(
    {
        "triamcinolone acetonide": "triamcinolone",
        "lithium carbonate": "lithium",
        "lithium citrate": "lithium",
        "lithium cation": "lithium",
        "divalproex": "valproic acid",
        "valproate": "valproic acid",
        "clavulanic acid": "clavulanate",
        "ethanol": "alcohol",
        "ethyl alcohol": "alcohol",
        "norethisterone": "norethindrone",
        "levonorgestrel, (+)-": "levonorgestrel",
        "conjugated estrogens": "conjugated estrogens",
        "estrogens, conjugated": "conjugated estrogens",
        "estrogens, esterified": "esterified estrogens",
        "mycophenolic acid mofetil": "mycophenolate mofetil",
        "salbutamol": "albuterol",
        "paracetamol": "acetaminophen",
        "adrenaline": "epinephrine",
    }
)

# Names in use outside the labels' own country or in everyday clinical writing.
SYNONYMS: Final = MappingProxyType(
    {
        "acetaminophen": ("paracetamol", "apap"),
        "acyclovir": ("aciclovir",),
        "albuterol": ("salbutamol",),
        "amoxicillin": ("amoxycillin",),
        "aspirin": ("acetylsalicylic acid", "asa"),
        "beclomethasone": ("beclometasone",),
        "cephalexin": ("cefalexin",),
        "cholecalciferol": ("vitamin d3",),
        "ascorbic acid": ("vitamin c",),
        "cyanocobalamin": ("vitamin b12",),
        "cyclosporine": ("ciclosporin", "cyclosporin"),
        "dicyclomine": ("dicycloverine",),
        "epinephrine": ("adrenaline",),
        "folic acid": ("folate", "vitamin b9"),
        "furosemide": ("frusemide",),
        "glyburide": ("glibenclamide",),
        "hydrochlorothiazide": ("hctz",),
        "isoproterenol": ("isoprenaline",),
        "leucovorin": ("folinic acid",),
        "lidocaine": ("lignocaine",),
        "meperidine": ("pethidine",),
        "mesalamine": ("mesalazine",),
        "methotrexate": ("mtx",),
        "nitroglycerin": ("glyceryl trinitrate",),
        "norepinephrine": ("noradrenaline",),
        "penicillin g": ("benzylpenicillin",),
        "penicillin v": ("phenoxymethylpenicillin",),
        "phytonadione": ("vitamin k1", "phytomenadione"),
        "pyridoxine": ("vitamin b6",),
        "rifampin": ("rifampicin",),
        "sulfasalazine": ("sulphasalazine",),
        "thiamine": ("vitamin b1",),
        "torsemide": ("torasemide",),
        "valproic acid": ("valproate", "divalproex", "sodium valproate"),
        "zidovudine": ("azt",),
    }
)

# Dropped from a generic name wherever they stand: how it is made up, not what it is.
DOSE_FORM_WORDS: Final = words(
    """
    aerosol aqueous bar buccal caplet caplets capsule capsules chewable concentrate cream delayed delayed-release
    disintegrating drops effervescent elixir emulsion enteric enteric-coated extended extended-release
    film film-coated foam for gel granules immediate-release implant inhalation inhaler injectable injection
    intramuscular intranasal intravaginal intravenous kit liquid lotion lozenge lozenges metered micronized
    microsize nasal ointment ophthalmic oral orally otic pad pads paste patch patches pen pellets powder prefilled
    preservative-free rectal release shampoo single-dose softgel softgels soluble solution spray
    sterile sublingual suppositories suppository suspension syringe syrup system tablet tablets
    topical transdermal u.s.p usp use vaginal vial wash unspecified form
    er xr sr cr dr ir la xl odt ec ds modified-release
    """
)

# A brand made of nothing but these describes a shelf, not a medicine: "pain relief" must not find acetaminophen.
SHELF_WORDS: Final = words(
    """
    a acid acne action active adult adults advanced aid all allergy and anti antacid antibacterial anti-bacterial
    antibiotic anticavity anti-diarrheal antidiarrheal antifungal anti-itch antimicrobial antiperspirant antiseptic
    diarrheal formula scent scented unscented
    arthritis awake baby back balm body bowel burn calming care chest children childrens child chill clean cleanser
    clear cold complete congestion control cooling cough daily dandruff day daytime decongestant deodorant dry dual
    dye ear early ease eczema essential everyday extra eye face fast fever first flu foot formula free fresh
    gas gentle growth gum hair hand hands headache health healing heartburn hour hours hr hydrating indoor infants
    infant instant itch itching jock junior kids laxative lice lightening lip liquid long lasting lubricant
    maximum max medicated menstrual migraine mini mint moisturizing mouth mouthwash multi multi-symptom muscle
    nasal natural night nighttime nite no non non-drowsy drowsy nose ointment original outdoor pain pm am period plus
    premium pressure pro protection psoriasis pure rapid rash redness reducer regrowth regular relief reliever
    remedy repair rinse sanitizer scalp scent screen sensitive sensitivity serum severe shampoo sheer sinus skin sleep
    sleep-aid smoking soap soothing sore sport spf stay stick stomach stool softener strength strong sun sunblock
    sunscreen symptom symptoms tartar tear tears the therapy throat tooth toothpaste topical total travel treatment
    triple ultra upset vapor wart warts wash water whitening wipe wipes with women womens men mens wound
    """
)

PACKS: Final = words("titration starter pack pak maintenance kit dose 7-day")

# Shops that sell generics under their own name.
STORES: Final = words(
    """
    amazon basic care careone cvs dg equate exchange family dollar goodsense good sense guardian h-e-b health mart
    healthy accents heb kirkland kroger leader major mckesson medique meijer members mark member's mark perrigo
    preferred publix quality choice rite rexall rugby safeway sam's select signature sound body sunmark target
    topcare tops up up&up value vons walgreens walmart wegmans
    """
)

ANTISEPTICS: Final = frozenset(
    {
        "isopropyl alcohol",
        "alcohol",
        "povidone-iodine",
        "povidone iodine",
        "povidine iodine",
        "benzalkonium chloride",
        "chlorhexidine",
    }
)
