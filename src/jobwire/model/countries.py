"""The countries: ISO 3166-1 codes, English names, and the other names that people write."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "&": " and "}
)
_DROPPED = re.compile(r"[.'’`ʻ]")
_GAPS = re.compile(r"[\W_]+")


def fold_name(text: str) -> str:
    """The form in which names are compared: `St. John's (N.B.)` -> `st johns nb`.

    Lower case, accents folded, dots and apostrophes dropped, every other mark a single space,
    a leading "the" dropped. Letters of other scripts stay.
    """
    text = text.casefold().translate(_LETTERS)
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
    return _GAPS.sub(" ", _DROPPED.sub("", text)).strip().removeprefix("the ")


def find_country(text: str) -> str | None:
    """The alpha-2 code of the country that `text` is: a code, an alpha-3 code, a name or an alias.

    The whole text must be the country (case and accents do not matter): "USA" and "Deutschland" are,
    "Berlin, Germany" is not. Only the first 100 characters are read.
    """
    return _codes().get(fold_name(text[:100]))


@cache
def _codes() -> dict[str, str]:
    """Folded code, name or alias -> alpha-2. A code beats a name, a name beats an alias."""
    codes: dict[str, str] = {}
    for column in (0, 1, 2, 3):
        for row in _ROWS:
            for name in row[column].split(";"):
                codes.setdefault(fold_name(name), row[0])
    codes.pop("", None)
    return codes


# alpha-2 | alpha-3 | English name | other names, in the languages of job boards, split by ";"
_TABLE = """
AD|AND|Andorra|Andorre
AE|ARE|United Arab Emirates|UAE; Emirates; VAE; EAU; الإمارات; Vereinigte Arabische Emirate;
  Émirats arabes unis; Emiratos Árabes Unidos; Verenigde Arabische Emiraten; Emirados Árabes Unidos;
  Emirati Arabi Uniti
AF|AFG|Afghanistan|Afganistán; Afeganistão
AG|ATG|Antigua and Barbuda|Antigua; Antigua und Barbuda; Antigua-et-Barbuda; Antigua y Barbuda;
  Antigua en Barbuda; Antígua e Barbuda
AI|AIA|Anguilla|Anguila
AL|ALB|Albania|Shqipëria; Albanien; Albanie
AM|ARM|Armenia|Հայաստան; Armenien; Arménie
AO|AGO|Angola|
AQ|ATA|Antarctica|Antarktis; Antarctique; Antártida; Antartide
AR|ARG|Argentina|Argentinien; Argentine; Argentinië
AS|ASM|American Samoa|Amerikanisch-Samoa; Samoa américaines; Samoa Americana; Amerikaans-Samoa;
  Samoa Americane
AT|AUT|Austria|Österreich; Autriche; Oostenrijk
AU|AUS|Australia|Commonwealth of Australia; オーストラリア; 澳大利亚; Australien; Australie
AW|ABW|Aruba|
AX|ALA|Åland Islands|Ålandinseln; Îles Åland; Islas Aland; Åland; Ilhas Aland; Isole Åland
AZ|AZE|Azerbaijan|Aserbaidschan; Azerbaïdjan; Azerbaiyán; Azerbeidzjan; Azerbaijão; Azerbaigian
BA|BIH|Bosnia and Herzegovina|Bosnia; Bosnia-Herzegovina; Bosnien und Herzegowina; Bosnie-Herzégovine;
  Bosnia y Herzegovina; Bosnië en Herzegovina; Bósnia e Herzegovina; Bosnia ed Erzegovina
BB|BRB|Barbados|Barbade
BD|BGD|Bangladesh|Bangladesch; Bangladés
BE|BEL|Belgium|België; Belgique; Belgien; Bélgica; Belgio
BF|BFA|Burkina Faso|Burquina Faso
BG|BGR|Bulgaria|България; Bulgarien; Bulgarie; Bulgarije
BH|BHR|Bahrain|Bahreïn; Baréin
BI|BDI|Burundi|
BJ|BEN|Benin|
BL|BLM|Saint Barthélemy|St. Barts; St. Barthélemy; San Bartolomé; São Bartolomeu
BM|BMU|Bermuda|Bermudes; Bermudas
BN|BRN|Brunei|Brunei Darussalam
BO|BOL|Bolivia|Bolivia, Plurinational State of; Plurinational State of Bolivia; Bolivien; Bolivie
BQ|BES|Caribbean Netherlands|Bonaire, Sint Eustatius and Saba; Bonaire; Karibische Niederlande;
  Pays-Bas caribéens; Caribe neerlandés; Caribisch Nederland; Países Baixos Caribenhos; Caraibi Olandesi
BR|BRA|Brazil|Brasil; ブラジル; 巴西; Brasilien; Brésil; Brazilië; Brasile
BS|BHS|Bahamas|
BT|BTN|Bhutan|Bhoutan; Bután; Butão
BV|BVT|Bouvet Island|Bouvetinsel; Île Bouvet; Isla Bouvet; Bouveteiland; Ilha Bouvet; Isola Bouvet
BW|BWA|Botswana|Botsuana
BY|BLR|Belarus|Беларусь; Byelorussia; Biélorussie; Bielorrusia; Bielorrússia; Bielorussia
BZ|BLZ|Belize|Belice
CA|CAN|Canada|加拿大; カナダ; 캐나다; Канада; Kanada
CC|CCK|Cocos Islands|Kokosinseln; Îles Cocos; Islas Cocos; Cocoseilanden; Ilhas Cocos (Keeling);
  Isole Cocos (Keeling); Cocos (Keeling) Islands
CD|COD|Democratic Republic of the Congo|DR Congo; DRC; Congo-Kinshasa;
  Congo, The Democratic Republic of the; Congo, Democratic Republic of the; Zaire; Kongo-Kinshasa;
  República Democrática del Congo
CF|CAF|Central African Republic|Zentralafrikanische Republik; République centrafricaine;
  República Centroafricana; Centraal-Afrikaanse Republiek; República Centro-Africana;
  Repubblica Centrafricana
CG|COG|Republic of the Congo|Congo; Congo-Brazzaville; Kongo-Brazzaville; República do Congo
CH|CHE|Switzerland|Swiss Confederation; スイス; 瑞士; Schweiz; Suisse; Suiza; Zwitserland; Suíça; Svizzera
CI|CIV|Ivory Coast|Côte d'Ivoire; Cote d Ivoire; Ivoorkust; Costa do Marfim; Costa d'Avorio
CK|COK|Cook Islands|Cookinseln; Îles Cook; Islas Cook; Cookeilanden; Ilhas Cook; Isole Cook
CL|CHL|Chile|Chili; Cile
CM|CMR|Cameroon|Kamerun; Cameroun; Camerún; Kameroen; Camarões
CN|CHN|China|People's Republic of China; PRC; P.R. China; Mainland China; 中国; 中國; 中国大陆; 중국; Китай;
  Chine;
  Cina
CO|COL|Colombia|Kolumbien; Colombie
CR|CRI|Costa Rica|
CU|CUB|Cuba|Kuba
CV|CPV|Cape Verde|Cabo Verde; Cap-Vert; Kaapverdië; Capo Verde
CW|CUW|Curaçao|Curazao
CX|CXR|Christmas Island|Weihnachtsinsel; Île Christmas; Isla de Navidad; Christmaseiland; Ilha Christmas;
  Isola Christmas
CY|CYP|Cyprus|Zypern; Chypre; Chipre; Cipro
CZ|CZE|Czechia|Czech Republic; Česko; Česká republika; Tschechische Republik; République tchèque;
  República Checa; Tsjechische Republiek; Tschechien; Tchéquie; Chequia; Tsjechië; Tchéquia; Cechia
DE|DEU|Germany|Federal Republic of Germany; Bundesrepublik Deutschland; BRD; ドイツ; 德国; 독일; Германия;
  Niemcy; Deutschland; Allemagne; Alemania; Duitsland; Alemanha; Germania
DJ|DJI|Djibouti|Dschibuti; Yibuti; Djibuti; Gibuti
DK|DNK|Denmark|Danmark; Dänemark; Dinamarca; Denemarken; Danimarca
DM|DMA|Dominica|Dominique
DO|DOM|Dominican Republic|Rep. Dominicana; Dominikanische Republik; République dominicaine;
  República Dominicana; Dominicaanse Republiek; Repubblica Dominicana
DZ|DZA|Algeria|Algerien; Algérie; Argelia; Algerije
EC|ECU|Ecuador|Équateur; Equador
EE|EST|Estonia|Eesti; Estland; Estonie
EG|EGY|Egypt|مصر; Ägypten; Égypte; Egipto; Egito; Egitto
EH|ESH|Western Sahara|Westsahara; Sahara occidental; Westelijke Sahara; Saara Ocidental;
  Sahara Occidentale
ER|ERI|Eritrea|Érythrée; Eritreia
ES|ESP|Spain|Kingdom of Spain; スペイン; 西班牙; Испания; Spanien; Espagne; España; Spanje; Espanha; Spagna
ET|ETH|Ethiopia|Äthiopien; Éthiopie; Etiopía
FI|FIN|Finland|Suomi; Finnland; Finlande; Finlandia
FJ|FJI|Fiji|Fidschi; Fidji; Fiyi; Figi
FK|FLK|Falkland Islands|Falkland Islands (Malvinas); Malvinas; Falklandinseln; Îles Malouines;
  Islas Malvinas; Falklandeilanden; Ilhas Malvinas; Isole Falkland
FM|FSM|Micronesia|Federated States of Micronesia; Micronesia, Federated States of; Mikronesien;
  Micronésie
FO|FRO|Faroe Islands|Färöer; Îles Féroé; Islas Feroe; Faeröer; Ilhas Faroé; Isole Fær Øer
FR|FRA|France|Republic of France; フランス; 法国; 프랑스; Франция; Frankrijk; Frankreich; Francia; França
GA|GAB|Gabon|Gabun; Gabão
GB|GBR|United Kingdom|UK; Great Britain; Britain; England; Scotland; Wales; Northern Ireland;
  United Kingdom of Great Britain and Northern Ireland; Großbritannien; Royaume Uni; Angleterre;
  Grande-Bretagne; Reino Unido; Inglaterra; Verenigd Koninkrijk; Groot-Brittannië; Schottland; Écosse;
  英国; イギリス; 영국; Великобритания; Vereinigtes Königreich; Regno Unito
GD|GRD|Grenada|Grenade; Granada
GE|GEO|Georgia|საქართველო; Republic of Georgia; Georgien; Géorgie
GF|GUF|French Guiana|Französisch-Guayana; Guyane française; Guayana Francesa; Frans-Guyana;
  Guiana Francesa; Guyana Francese
GG|GGY|Guernsey|Guernesey
GH|GHA|Ghana|Gana
GI|GIB|Gibraltar|Gibilterra
GL|GRL|Greenland|Grönland; Groenland; Groenlandia
GM|GMB|Gambia|Gambie
GN|GIN|Guinea|Guinée; Guiné
GP|GLP|Guadeloupe|Guadalupe; Guadalupa
GQ|GNQ|Equatorial Guinea|Äquatorialguinea; Guinée équatoriale; Guinea Ecuatorial; Equatoriaal-Guinea;
  Guiné Equatorial; Guinea Equatoriale
GR|GRC|Greece|Hellas; Ελλάδα; Hellenic Republic; Griechenland; Grèce; Grecia; Griekenland
GS|SGS|South Georgia and the South Sandwich Islands|Südgeorgien und die Südlichen Sandwichinseln;
  Géorgie du Sud-et-les Îles Sandwich du Sud; Islas Georgia del Sur y Sandwich del Sur;
  Zuid-Georgia en Zuidelijke Sandwicheilanden; Ilhas Geórgia do Sul e Sandwich do Sul;
  Georgia del Sud e Sandwich Australi
GT|GTM|Guatemala|
GU|GUM|Guam|
GW|GNB|Guinea-Bissau|Guinée-Bissau; Guinea-Bisáu; Guiné-Bissau
GY|GUY|Guyana|Guiana
HK|HKG|Hong Kong|Hong Kong SAR; Hong Kong, China; Hongkong; 香港; Sonderverwaltungsregion Hongkong;
  R.A.S. chinoise de Hong Kong; RAE de Hong Kong (China); Hongkong SAR van China;
  Hong Kong, RAE da China; RAS di Hong Kong
HM|HMD|Heard Island and McDonald Islands|Heard und McDonaldinseln; Îles Heard-et-MacDonald;
  Islas Heard y McDonald; Heard en McDonaldeilanden; Ilhas Heard e McDonald; Isole Heard e McDonald
HN|HND|Honduras|
HR|HRV|Croatia|Hrvatska; Kroatien; Croatie; Croacia; Kroatië; Croazia
HT|HTI|Haiti|
HU|HUN|Hungary|Magyarország; Ungarn; Hongrie; Hungría; Hongarije; Ungheria
ID|IDN|Indonesia|Republic of Indonesia; Indonesien; Indonésie
IE|IRL|Ireland|Republic of Ireland; Éire; Ireland, Republic of; Irland; Irlande; Irlanda; Ierland
IL|ISR|Israel|ישראל; State of Israel; Israele
IM|IMN|Isle of Man|Île de Man; Isla de Man; Ilha de Man; Isola di Man
IN|IND|India|Bharat; भारत; インド; 印度; Republic of India; Indien; Inde
IO|IOT|British Indian Ocean Territory|Britisches Territorium im Indischen Ozean;
  Territoire britannique de l'océan Indien; Territorio Británico del Océano Índico;
  Brits Indische Oceaanterritorium; Território Britânico do Oceano Índico;
  Territorio Britannico dell'Oceano Indiano
IQ|IRQ|Iraq|Irak; Iraque
IR|IRN|Iran|Iran, Islamic Republic of; Islamic Republic of Iran; Irã
IS|ISL|Iceland|Ísland; Islande; Islandia; IJsland; Islanda
IT|ITA|Italy|イタリア; 意大利; Италия; Italien; Italie; Italia
JE|JEY|Jersey|
JM|JAM|Jamaica|Jamaika; Jamaïque; Giamaica
JO|JOR|Jordan|Jordanien; Jordanie; Jordania; Giordania
JP|JPN|Japan|日本; Nippon; 일본; Япония; Japon; Japão; Giappone
KE|KEN|Kenya|Kenia; Quênia
KG|KGZ|Kyrgyzstan|Kirgisistan; Kirghizstan; Kirguistán; Kirgizië; Quirguistão; Kirghizistan
KH|KHM|Cambodia|Kambodscha; Cambodge; Camboya; Cambodja; Camboja; Cambogia
KI|KIR|Kiribati|Quiribati
KM|COM|Comoros|Komoren; Comores; Comoras; Comoren; Comore
KN|KNA|Saint Kitts and Nevis|St. Kitts and Nevis; St. Kitts und Nevis; Saint-Christophe-et-Niévès;
  San Cristóbal y Nieves; Saint Kitts en Nevis; São Cristóvão e Névis; Saint Kitts e Nevis
KP|PRK|North Korea|Democratic People's Republic of Korea; DPRK; Korea, Democratic People's Republic of;
  Nordkorea; Corée du Nord; Corea del Norte; Noord-Korea; Coreia do Norte; Corea del Nord
KR|KOR|South Korea|Korea; Republic of Korea; Korea, Republic of; Korea (South); Südkorea; 대한민국; 한국;
  韓国;
  韩国; S. Korea; Corée du Sud; Corea del Sur; Zuid-Korea; Coreia do Sul; Corea del Sud
KW|KWT|Kuwait|Koweït; Koeweit
KY|CYM|Cayman Islands|Kaimaninseln; Îles Caïmans; Islas Caimán; Kaaimaneilanden; Ilhas Cayman;
  Isole Cayman
KZ|KAZ|Kazakhstan|Қазақстан; Казахстан; Kasachstan; Kazajistán; Kazachstan; Cazaquistão; Kazakistan
LA|LAO|Laos|Lao PDR; Lao People's Democratic Republic
LB|LBN|Lebanon|Libanon; Liban; Líbano
LC|LCA|Saint Lucia|St. Lucia; Sainte-Lucie; Santa Lucía
LI|LIE|Liechtenstein|
LK|LKA|Sri Lanka|
LR|LBR|Liberia|
LS|LSO|Lesotho|Lesoto
LT|LTU|Lithuania|Lietuva; Litauen; Lituanie; Lituania; Litouwen
LU|LUX|Luxembourg|Luxemburg; Lëtzebuerg; Luxemburgo; Lussemburgo
LV|LVA|Latvia|Latvija; Lettland; Lettonie; Letonia; Letland; Lettonia
LY|LBY|Libya|Libyen; Libye; Libia; Libië
MA|MAR|Morocco|Marokko; Maroc; Marruecos; Marrocos; Marocco
MC|MCO|Monaco|
MD|MDA|Moldova|Moldova, Republic of; Republic of Moldova; Republik Moldau; Moldavie; Moldavia
ME|MNE|Montenegro|
MF|MAF|Saint Martin|St. Martin; San Martín; São Martinho; Saint Martin (French part)
MG|MDG|Madagascar|Madagaskar
MH|MHL|Marshall Islands|Marshallinseln; Îles Marshall; Islas Marshall; Marshalleilanden; Ilhas Marshall;
  Isole Marshall
MK|MKD|North Macedonia|Macedonia; FYROM; Republic of North Macedonia; Nordmazedonien; Macédoine du Nord;
  Macedonia del Norte; Noord-Macedonië; Macedônia do Norte; Macedonia del Nord
ML|MLI|Mali|
MM|MMR|Myanmar|Burma; Myanmar (Birmanie); Myanmar (Birmania); Myanmar (Birma); Mianmar (Birmânia)
MN|MNG|Mongolia|Mongolei; Mongolie
MO|MAC|Macao|Macau; Macao SAR; Macau SAR; 澳門; 澳门; Sonderverwaltungsregion Macau;
  R.A.S. chinoise de Macao; RAE de Macao (China); Macau SAR van China; Macau, RAE da China; RAS di Macao
MP|MNP|Northern Mariana Islands|Nördliche Marianen; Îles Mariannes du Nord; Islas Marianas del Norte;
  Noordelijke Marianen; Ilhas Marianas do Norte; Isole Marianne Settentrionali
MQ|MTQ|Martinique|La Martinique; Martinica
MR|MRT|Mauritania|Mauretanien; Mauritanie
MS|MSR|Montserrat|
MT|MLT|Malta|Malte
MU|MUS|Mauritius|Maurice; Mauricio
MV|MDV|Maldives|Malediven; Maldivas; Maldiven; Maldive
MW|MWI|Malawi|Malaui
MX|MEX|Mexico|墨西哥; メキシコ; Mexiko; Mexique; Messico
MY|MYS|Malaysia|马来西亚; Malaisie; Malasia; Maleisië
MZ|MOZ|Mozambique|Mosambik; Moçambique; Mozambico
NA|NAM|Namibia|Namibie
NC|NCL|New Caledonia|Neukaledonien; Nouvelle-Calédonie; Nueva Caledonia; Nieuw-Caledonië; Nova Caledônia;
  Nuova Caledonia
NE|NER|Niger|
NF|NFK|Norfolk Island|Norfolkinsel; Île Norfolk; Isla Norfolk; Norfolk; Ilha Norfolk; Isola Norfolk
NG|NGA|Nigeria|
NI|NIC|Nicaragua|
NL|NLD|Netherlands|Holland; Nederland; Hollande; Holanda; Kingdom of the Netherlands; 荷兰; オランダ;
  Niederlande; Pays-Bas; Países Bajos; Países Baixos; Paesi Bassi
NO|NOR|Norway|Norge; Norwegen; Norvège; Noruega; Noorwegen; Norvegia
NP|NPL|Nepal|
NR|NRU|Nauru|
NU|NIU|Niue|
NZ|NZL|New Zealand|Aotearoa; Neuseeland; Nouvelle-Zélande; Nueva Zelanda; Nieuw-Zeeland; Nova Zelândia;
  Nuova Zelanda
OM|OMN|Oman|Omã
PA|PAN|Panama|
PE|PER|Peru|Pérou
PF|PYF|French Polynesia|Französisch-Polynesien; Polynésie française; Polinesia Francesa; Frans-Polynesië;
  Polinesia Francese
PG|PNG|Papua New Guinea|Papua-Neuguinea; Papouasie-Nouvelle-Guinée; Papúa Nueva Guinea;
  Papoea-Nieuw-Guinea; Papua-Nova Guiné; Papua Nuova Guinea
PH|PHL|Philippines|Republic of the Philippines; Pilipinas; Philippinen; Filipinas; Filipijnen; Filippine
PK|PAK|Pakistan|Paquistão
PL|POL|Poland|Rzeczpospolita Polska; Польша; Republic of Poland; Polen; Pologne; Polonia
PM|SPM|Saint Pierre and Miquelon|St. Pierre and Miquelon; St. Pierre und Miquelon;
  Saint-Pierre-et-Miquelon; San Pedro y Miquelón; Saint-Pierre en Miquelon; São Pedro e Miquelão;
  Saint-Pierre e Miquelon
PN|PCN|Pitcairn|Pitcairninseln; Îles Pitcairn; Islas Pitcairn; Pitcairneilanden; Ilhas Pitcairn;
  Isole Pitcairn
PR|PRI|Puerto Rico|Porto Rico; Portorico
PS|PSE|Palestine|Palestinian Territory; State of Palestine; Palestine, State of; Palestinian Territories;
  Occupied Palestinian Territory; Palästinensische Autonomiegebiete; Territoires palestiniens;
  Territorios Palestinos; Palestijnse gebieden; Territori Palestinesi
PT|PRT|Portugal|Portogallo
PW|PLW|Palau|Palaos
PY|PRY|Paraguay|Paraguai
QA|QAT|Qatar|Katar; Catar
RE|REU|Réunion|La Réunion; Reunião; Riunione
RO|ROU|Romania|Rumänien; Roumanie; Rumanía; Roemenië; Romênia
RS|SRB|Serbia|Srbija; Србија; Serbien; Serbie; Servië; Sérvia
RU|RUS|Russia|Russian Federation; Россия; Российская Федерация; Russland; Russie; Rusia; Rusland
RW|RWA|Rwanda|Ruanda
SA|SAU|Saudi Arabia|KSA; Kingdom of Saudi Arabia; Saudi; السعودية; المملكة العربية السعودية;
  Saudi-Arabien; Arabie saoudite; Arabia Saudí; Saoedi-Arabië; Arábia Saudita
SB|SLB|Solomon Islands|Salomonen; Îles Salomon; Islas Salomón; Salomonseilanden; Ilhas Salomão;
  Isole Salomone
SC|SYC|Seychelles|Seychellen; Seicheles
SD|SDN|Sudan|Soudan; Soedan; Sudão
SE|SWE|Sweden|Sverige; Schweden; Suède; Suecia; Zweden; Svezia
SG|SGP|Singapore|Republic of Singapore; シンガポール; 新加坡; 싱가포르; Singapur; Singapour; Singapura
SH|SHN|Saint Helena|Saint Helena, Ascension and Tristan da Cunha; St. Helena; Sainte-Hélène; Santa Elena;
  Sint-Helena; Santa Helena; Sant'Elena
SI|SVN|Slovenia|Slovenija; Slowenien; Slovénie; Eslovenia
SJ|SJM|Svalbard and Jan Mayen|Spitzbergen und Jan Mayen; Svalbard et Jan Mayen; Svalbard y Jan Mayen;
  Spitsbergen en Jan Mayen; Svalbard e Jan Mayen
SK|SVK|Slovakia|Slovak Republic; Slowakei; Slovaquie; Eslovaquia; Slowakije; Slovacchia
SL|SLE|Sierra Leone|Sierra Leona; Serra Leoa
SM|SMR|San Marino|Saint-Marin
SN|SEN|Senegal|
SO|SOM|Somalia|Somalie
SR|SUR|Suriname|Surinam
SS|SSD|South Sudan|Südsudan; Soudan du Sud; Sudán del Sur; Zuid-Soedan; Sudão do Sul; Sud Sudan
ST|STP|São Tomé and Príncipe|São Tomé und Príncipe; Sao Tomé-et-Principe; Santo Tomé y Príncipe;
  Sao Tomé en Principe; São Tomé e Príncipe
SV|SLV|El Salvador|Salvador
SX|SXM|Sint Maarten|Saint Maarten; Saint-Martin (partie néerlandaise); Sint Maarten (Dutch part)
SY|SYR|Syria|Syrian Arab Republic; Syrien; Syrie; Siria
SZ|SWZ|Eswatini|Swaziland; Esuatini; Essuatíni
TC|TCA|Turks and Caicos Islands|Turks & Caicos; Turks- und Caicosinseln; Îles Turques-et-Caïques;
  Islas Turcas y Caicos; Turks- en Caicoseilanden; Ilhas Turcas e Caicos; Isole Turks e Caicos
TD|TCD|Chad|Tschad; Tchad; Tsjaad; Chade; Ciad
TF|ATF|French Southern Territories|Französische Süd- und Antarktisgebiete; Terres australes françaises;
  Territorios Australes Franceses; Franse Gebieden in de zuidelijke Indische Oceaan;
  Territórios Franceses do Sul; Terre Australi Francesi
TG|TGO|Togo|
TH|THA|Thailand|ประเทศไทย; ไทย; Thaïlande; Tailandia; Thailandia
TJ|TJK|Tajikistan|Tadschikistan; Tadjikistan; Tayikistán; Tadzjikistan; Tadjiquistão; Tagikistan
TK|TKL|Tokelau|
TL|TLS|Timor-Leste|East Timor; Timor oriental; Oost-Timor; Timor Est
TM|TKM|Turkmenistan|Turcomenistão
TN|TUN|Tunisia|Tunesien; Tunisie; Túnez; Tunesië
TO|TON|Tonga|
TR|TUR|Turkey|Türkiye; Republic of Türkiye; Türkei; Turquie; Turquía; Turkije; Turchia
TT|TTO|Trinidad and Tobago|Trinidad; Trinidad und Tobago; Trinité-et-Tobago; Trinidad y Tobago;
  Trinidad en Tobago; Trinidad e Tobago
TV|TUV|Tuvalu|
TW|TWN|Taiwan|Taiwan, Province of China; Taiwan (R.O.C.); Republic of China; Chinese Taipei; 台灣; 台湾; 臺灣
TZ|TZA|Tanzania|Tanzania, United Republic of; United Republic of Tanzania; Tansania; Tanzanie
UA|UKR|Ukraine|Україна; Украина; Ucrania; Oekraïne; Ucraina
UG|UGA|Uganda|Ouganda; Oeganda
UM|UMI|United States Minor Outlying Islands|Amerikanische Überseeinseln;
  Îles mineures éloignées des États-Unis; Islas menores alejadas de EE. UU.;
  Kleine afgelegen eilanden van de Verenigde Staten; Ilhas Menores Distantes dos EUA;
  Isole Minori Esterne degli Stati Uniti
US|USA|United States|United States of America; America; Estados Unidos de América; EE. UU.; EEUU; EUA;
  Vereinigte Staaten von Amerika; US of A; Etats Unis; VS; Stati Uniti d'America; VSt. v. Amerika; アメリカ;
  アメリカ合衆国; 米国; 美国; 미국; США; Vereinigte Staaten; Estados Unidos; Verenigde Staten; Stati Uniti
UY|URY|Uruguay|Uruguai
UZ|UZB|Uzbekistan|Usbekistan; Ouzbékistan; Oezbekistan; Uzbequistão
VA|VAT|Vatican City|Vatican; Holy See; Holy See (Vatican City State); Vatikanstadt;
  État de la Cité du Vatican; Ciudad del Vaticano; Vaticaanstad; Cidade do Vaticano; Città del Vaticano
VC|VCT|Saint Vincent and the Grenadines|St. Vincent and the Grenadines; St. Vincent & Grenadines;
  St. Vincent und die Grenadinen; Saint-Vincent-et-les Grenadines; San Vicente y las Granadinas;
  Saint Vincent en de Grenadines; São Vicente e Granadinas; Saint Vincent e Grenadine
VE|VEN|Venezuela|Venezuela, Bolivarian Republic of; Bolivarian Republic of Venezuela
VG|VGB|British Virgin Islands|Virgin Islands, British; Britische Jungferninseln;
  Îles Vierges britanniques; Islas Vírgenes Británicas; Britse Maagdeneilanden; Ilhas Virgens Britânicas;
  Isole Vergini Britanniche
VI|VIR|U.S. Virgin Islands|Virgin Islands, U.S.; United States Virgin Islands;
  Amerikanische Jungferninseln; Îles Vierges des États-Unis; Islas Vírgenes de EE. UU.;
  Amerikaanse Maagdeneilanden; Ilhas Virgens Americanas; Isole Vergini Americane
VN|VNM|Vietnam|Viet Nam; Socialist Republic of Vietnam; Vietnã
VU|VUT|Vanuatu|
WF|WLF|Wallis and Futuna|Wallis und Futuna; Wallis-et-Futuna; Wallis y Futuna; Wallis en Futuna;
  Wallis e Futuna
WS|WSM|Samoa|
XK|XKX|Kosovo|
YE|YEM|Yemen|Jemen; Iêmen
YT|MYT|Mayotte|
ZA|ZAF|South Africa|RSA; Republic of South Africa; Südafrika; Afrique du Sud; Sudáfrica; Zuid-Afrika;
  África do Sul
ZM|ZMB|Zambia|Sambia; Zambie
ZW|ZWE|Zimbabwe|Simbabwe; Zimbabue
"""

_ROWS = [line.split("|") for line in _TABLE.replace(";\n ", ";").strip().splitlines()]

COUNTRY_NAMES: dict[str, str] = {alpha2: name for alpha2, _, name, _ in _ROWS}
"""Alpha-2 code -> the English name that people use."""
