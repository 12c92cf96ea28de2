#include "transfer/demo_text.h"

#include "base/utf8.h"

#include <string.h>

uint64_t dice_roll(struct dice *d)
{
    uint64_t z = (d->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t dice_below(struct dice *d, size_t n)
{
    return (size_t)(dice_roll(d) % n);
}

bool dice_percent(struct dice *d, int percent)
{
    return (int)dice_below(d, 100) < percent;
}

#define PICK(dice, list) ((list)[dice_below((dice), COUNT_OF(list))])

/* ---- what placeholders stand for ---- */

static const char *const products[] = {"Kontor Till", "Kontor Cloud", "Kontor Stock",
                                       "Kontor Table", "Kontor Books"};
static const char *const devices[] = {"ReceiptJet 80", "ReceiptJet 58", "CardPad M2",
                                      "CardPad Mini",  "TillBox 4",     "LabelOne"};
static const char *const cities[] = {"Lübeck",   "Graz",    "Leeds",    "Lyon",  "Gijón",
                                     "Aarhus",   "Ghent",   "Tallinn",  "Porto", "Basel",
                                     "Brighton", "Dresden", "Toulouse", "Murcia"};
static const char *const company_heads[] = {"Brookline", "Seiler",  "Petit",   "Marea", "Hansen",
                                            "Corner",    "Lindt",   "Bellac",  "Olmo",  "Northgate",
                                            "Krause",    "Lafleur", "Vasquez", "Tide"};
static const char *const company_tails[] = {"Bakery",    "Bikes",   "Garden Centre", "Bookshop",
                                            "Coffee",    "Fashion", "Toys",          "Deli",
                                            "Interiors", "Sports"};

static const char *value_of(struct arena *a, const char *name, size_t len,
                            const struct demo_facts *f)
{
    struct dice d = {f->seed};
    size_t n = 3 + dice_below(&d, 60);
    const char *const plain[][2] = {
        {"product", PICK(&d, products)},
        {"device", PICK(&d, devices)},
        {"city", PICK(&d, cities)},
        {"date", arena_printf(a, "%02zu.%02zu.", 1 + dice_below(&d, 28), 1 + dice_below(&d, 12))},
        {"name", f->name},
        {"colleague", demo_person(a, (enum demo_lang)dice_below(&d, DEMO_LANG_COUNT), &d)},
        {"agent", f->agent ? f->agent : "the team"},
        {"company", f->company},
        {"n", arena_printf(a, "%zu", n)},
        {"order", arena_printf(a, "K-%zu", 40000 + dice_below(&d, 50000))},
        {"invoice", arena_printf(a, "R%zu", 202600 + dice_below(&d, 9000))},
        {"amount", arena_printf(a, "%zu.%02zu EUR", 19 + dice_below(&d, 900), dice_below(&d, 100))},
        {"version", arena_printf(a, "%zu.%zu", 4 + dice_below(&d, 3), dice_below(&d, 12))},
        {"code", arena_printf(a, "E%zu", 100 + dice_below(&d, 800))},
    };

    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (strlen(plain[i][0]) == len && memcmp(plain[i][0], name, len) == 0)
            return plain[i][1];
    }
    ENSURE(!"a story names something that nobody knows");
    return "";
}

const char *demo_fill(struct arena *a, const char *text, const struct demo_facts *facts)
{
    const char *done = "";

    for (;;) {
        size_t plain = strcspn(text, "{");
        const char *end = strchr(text + plain, '}');

        if (!end)
            return arena_printf(a, "%s%s", done, text);
        done = arena_printf(a, "%s%.*s%s", done, (int)plain, text,
                            value_of(a, text + plain + 1, (size_t)(end - text) - plain - 1, facts));
        text = end + 1;
    }
}

/* ---- phrases ---- */

enum { PHRASES_EACH = 4 };
static const char *const phrases[DEMO_PHRASE_COUNT][DEMO_LANG_COUNT][PHRASES_EACH] = {
    [PHRASE_HELLO] = {{"Hello {name},", "Hi {name},", "Dear {name},", "Good morning {name},"},
                      {"Hallo {name},", "Guten Tag {name},", "Guten Morgen {name},",
                       "Liebe Kundin, lieber Kunde,"},
                      {"Bonjour {name},", "Bonjour,", "Cher client,", "Bonsoir {name},"},
                      {"Hola {name}:", "Buenos días, {name}:", "Estimado cliente:",
                       "Buenas tardes, {name}:"}},
    [PHRASE_BYE] = {{"Thanks, {name}", "Kind regards\n{name}", "Best\n{name}\n{company}", "{name}"},
                    {"Danke und Gruß\n{name}", "Mit freundlichen Grüßen\n{name}\n{company}",
                     "Viele Grüße\n{name}", "{name}"},
                    {"Cordialement\n{name}", "Merci d'avance\n{name}", "{name}\n{company}",
                     "Bien à vous\n{name}"},
                    {"Un saludo\n{name}", "Gracias\n{name}", "{name}\n{company}",
                     "Atentamente\n{name}"}},
    [PHRASE_AGENT_BYE] = {{"Kind regards\n{agent}", "All the best\n{agent}", "Yours\n{agent}",
                           "Have a good day\n{agent}"},
                          {"Freundliche Grüße\n{agent}", "Beste Grüße\n{agent}",
                           "Einen schönen Tag wünscht\n{agent}", "Viele Grüße\n{agent}"},
                          {"Cordialement\n{agent}", "Bonne journée\n{agent}",
                           "Bien à vous\n{agent}", "Sincèrement\n{agent}"},
                          {"Un saludo\n{agent}", "Atentamente\n{agent}", "Cordialmente\n{agent}",
                           "Que tenga un buen día\n{agent}"}},
    [PHRASE_RECEIVED] =
        {{"thank you for your message. I have taken it over and will come back to you today.",
          "I have your request in front of me and am asking the colleague who knows best.",
          "thanks for writing. I need a moment to look this up.",
          "your message has reached the right desk; I am on it."},
         {"danke für Ihre Nachricht. Ich habe sie übernommen und melde mich noch heute.",
          "Ihr Anliegen liegt vor mir, ich frage die zuständige Kollegin.",
          "vielen Dank. Ich brauche einen Moment, um das nachzusehen.",
          "Ihre Nachricht ist an der richtigen Stelle, ich kümmere mich."},
         {"merci de votre message. Je m'en occupe et reviens vers vous aujourd'hui.",
          "j'ai votre demande sous les yeux et interroge ma collègue.",
          "merci. Il me faut un instant pour vérifier.",
          "votre message est arrivé au bon endroit, je m'en charge."},
         {"gracias por su mensaje. Me encargo yo y le respondo hoy mismo.",
          "tengo su consulta delante y pregunto a la persona indicada.",
          "gracias. Necesito un momento para comprobarlo.",
          "su mensaje está en buenas manos, me ocupo."}},
    [PHRASE_ASK] = {{"Could you tell me the number of the order or invoice?",
                     "Which of your shops is this about?", "Since when has that been so?",
                     "May I ask in whose name the contract is?"},
                    {"Könnten Sie mir die Nummer der Bestellung oder Rechnung nennen?",
                     "Um welche Filiale geht es?", "Seit wann ist das so?",
                     "Auf welchen Namen läuft der Vertrag?"},
                    {"Pourriez-vous m'indiquer le numéro de commande ou de facture ?",
                     "De quel magasin s'agit-il ?", "Depuis quand ?",
                     "À quel nom est le contrat ?"},
                    {"¿Puede decirme el número de pedido o de factura?", "¿De qué tienda se trata?",
                     "¿Desde cuándo?", "¿A nombre de quién está el contrato?"}},
    [PHRASE_TELL] =
        {{"It is {order}, ordered on {date}", "It is about the shop in {city}.",
          "Invoice {invoice}, if I read it correctly.", "{company}, {city}. Is that enough?"},
         {"Das ist {order}, bestellt am {date}", "Es geht um die Filiale in {city}.",
          "Rechnung {invoice}, wenn ich das richtig lese.", "{company}, {city}. Reicht das?"},
         {"C'est la {order}, du {date}", "Il s'agit du magasin de {city}.",
          "Facture {invoice}, si je lis bien.", "{company}, {city}. Cela suffit-il ?"},
         {"Es el {order}, del {date}", "Se trata de la tienda de {city}.",
          "Factura {invoice}, si no me equivoco.", "{company}, {city}. ¿Es suficiente?"}},
    [PHRASE_RECEIVED_TECHNICAL] =
        {{"thank you for the report. I have taken it over and am looking at your till's log now.",
          "I have your request in front of me and will come back to you today.",
          "sorry for the trouble. I am trying the same here with a {device}.",
          "that should not happen. I have asked our engineers and let you know what they say."},
         {"danke für die Meldung. Ich habe sie übernommen und sehe mir gerade das Protokoll an.",
          "Ihr Anliegen liegt vor mir, ich melde mich noch heute.",
          "das tut uns leid. Ich stelle es hier mit einem {device} nach.",
          "so soll es nicht sein. Ich habe die Technik gefragt und gebe Bescheid."},
         {"merci de votre message. Je m'en occupe et regarde le journal de votre caisse.",
          "j'ai bien reçu votre demande et reviens vers vous aujourd'hui.",
          "désolé pour la gêne. J'essaie de reproduire avec un {device}.",
          "cela ne devrait pas arriver. J'ai interrogé nos techniciens."},
         {"gracias por avisar. Me encargo yo y estoy mirando el registro de su caja.",
          "tengo su consulta delante y le respondo hoy mismo.",
          "lamentamos la molestia. Lo estoy probando aquí con un {device}.",
          "no debería ocurrir. He preguntado a nuestros técnicos."}},
    [PHRASE_ASK_TECHNICAL] =
        {{"Could you tell me which version is shown at the bottom left, and since when it happens?",
          "May I connect to your till for ten minutes? Tell me a time that suits you.",
          "Would you send me a photo of the screen, please?",
          "Does it also happen at the other till, or only at this one?"},
         {"Welche Version steht unten links, und seit wann tritt es auf?",
          "Darf ich mich kurz auf Ihre Kasse schalten? Nennen Sie mir gern eine Uhrzeit.",
          "Könnten Sie mir ein Foto vom Bildschirm schicken?",
          "Passiert es auch an der anderen Kasse oder nur an dieser?"},
         {"Quelle version est affichée en bas à gauche, et depuis quand ?",
          "Puis-je me connecter dix minutes à votre caisse ? Dites-moi quand.",
          "Pourriez-vous m'envoyer une photo de l'écran ?",
          "Est-ce aussi le cas sur l'autre caisse ?"},
         {"¿Qué versión aparece abajo a la izquierda y desde cuándo ocurre?",
          "¿Puedo conectarme diez minutos a su caja? Dígame una hora.",
          "¿Podría enviarme una foto de la pantalla?", "¿Ocurre también en la otra caja?"}},
    [PHRASE_TELL_TECHNICAL] =
        {{"It says {version}. It began the day before yesterday, after the restart.",
          "Today between two and three would be best, then it is quiet here.",
          "Only at this till. The other one is fine. I tried it just now.",
          "I could not find the version, but the sticker says {code}-{n}. Does that help?"},
         {"Da steht {version}. Angefangen hat es vorgestern nach dem Neustart.",
          "Heute zwischen 14 und 15 Uhr passt es gut, da ist wenig los.",
          "Nur an dieser Kasse, die andere läuft. Eben noch einmal probiert.",
          "Die Version finde ich nicht, auf dem Aufkleber steht {code}-{n}. Hilft das?"},
         {"C'est la {version}, depuis avant-hier, après le redémarrage.",
          "Aujourd'hui entre 14 et 15 heures, c'est calme.",
          "Seulement sur cette caisse, l'autre fonctionne.",
          "Je ne trouve pas la version ; l'étiquette indique {code}-{n}."},
         {"Pone {version}. Empezó anteayer, después de reiniciar.",
          "Hoy entre las dos y las tres es buen momento.",
          "Solo en esta caja, la otra va bien. Lo acabo de probar.",
          "No encuentro la versión; la etiqueta dice {code}-{n}."}},
    [PHRASE_NUDGE] =
        {{"Is there any news? We still have the problem.",
          "I have not heard from you yet. It is getting urgent for us.",
          "Just checking whether you have my message.", "Any idea how long it will take?"},
         {"Gibt es etwas Neues? Das Problem besteht weiterhin.",
          "Ich habe noch nichts gehört, langsam wird es dringend.",
          "Ist meine Nachricht angekommen?", "Können Sie schon sagen, wie lange es dauert?"},
         {"Avez-vous du nouveau ? Le problème persiste.", "Cela devient urgent pour nous.",
          "Avez-vous bien reçu mon message ?", "Combien de temps cela prendra-t-il ?"},
         {"¿Hay novedades? Seguimos igual.", "Para nosotros empieza a ser urgente.",
          "¿Han recibido mi mensaje?", "¿Cuánto puede tardar?"}},
    [PHRASE_THANKS] = {{"That did it. Thank you for the quick help!", "Works again, many thanks.",
                        "Perfect, all fine now.", "Great, thanks. You can close this."},
                       {"Das war's, vielen Dank für die schnelle Hilfe!", "Läuft wieder, danke!",
                        "Perfekt, alles in Ordnung.", "Super, kann geschlossen werden."},
                       {"C'est réglé, merci beaucoup !", "Tout fonctionne, merci.",
                        "Parfait, merci.", "Merci, vous pouvez clore la demande."},
                       {"Solucionado, ¡muchas gracias!", "Ya funciona, gracias.",
                        "Perfecto, todo bien.", "Gracias, pueden cerrarlo."}},
    [PHRASE_NOT_YET] =
        {{"I am sorry, but it is back. The same as before.",
          "It worked for a day and now we have it again.",
          "That did not help. What else can we try?",
          "Unfortunately not solved at our second shop."},
         {"Leider ist es wieder da, genau wie vorher.", "Einen Tag ging es, jetzt wieder nicht.",
          "Das hat nicht geholfen. Was können wir noch tun?",
          "In der zweiten Filiale leider noch nicht gelöst."},
         {"Malheureusement, cela recommence.", "Cela a tenu un jour, puis de nouveau.",
          "Cela n'a pas aidé. Que faire ?", "Pas encore réglé dans notre second magasin."},
         {"Por desgracia ha vuelto a ocurrir.", "Funcionó un día y otra vez igual.",
          "No ha servido. ¿Qué más podemos probar?", "En la segunda tienda sigue igual."}},
    [PHRASE_DONE] = {{"I take it that this is settled. Just answer if it is not.",
                      "All should be well now. If not, an answer to this mail is enough.",
                      "I mark this as solved; it opens again when you write.",
                      "Glad that it works. Until next time!"},
                     {"Ich betrachte das als erledigt. Sonst antworten Sie einfach.",
                      "Nun sollte alles laufen. Falls nicht, genügt eine Antwort.",
                      "Ich setze die Anfrage auf gelöst.", "Schön, dass es wieder geht!"},
                     {"Je considère la demande comme réglée. Sinon, répondez simplement.",
                      "Tout devrait fonctionner à présent.", "Je marque la demande comme résolue.",
                      "Ravi que cela fonctionne !"},
                     {"Lo doy por resuelto. Si no, basta con responder.",
                      "Ahora debería ir todo bien.", "Marco la consulta como resuelta.",
                      "¡Me alegro de que funcione!"}},
    [PHRASE_NOTE] =
        {{"Called {company}, nobody there before ten.",
          "Seen the same at another shop with {version}; engineering knows.",
          "Customer is annoyed, please answer quickly.",
          "Spare {device} is reserved in case this does not help."},
         {"Called {company}, they speak German only.", "Log shows {code} {n} times since midnight.",
          "Third case this week, worth an article.", "Contract allows on-site service."},
         {"Called {company}, call back after two.", "Log shows {code} since the update.",
          "Please take over tomorrow, I am away.", "Agreed a discount with sales."},
         {"Called {company}, line busy.", "Remote session planned for tomorrow.",
          "Checked the warranty: until next year.", "Asked the carrier for a proof of delivery."}},
};

const char *demo_phrase(struct arena *a, enum demo_lang lang, enum demo_phrase phrase,
                        struct dice *dice, const struct demo_facts *facts)
{
    return demo_fill(a, phrases[phrase][lang][dice_below(dice, PHRASES_EACH)], facts);
}

/* ---- people ---- */

enum { NAMES_EACH = 16 };
static const char *const first_names[DEMO_LANG_COUNT][NAMES_EACH] = {
    {"Alice", "Ben", "Chloe", "Dan", "Ella", "Finn", "Grace", "Harry", "Isla", "Jack", "Kate",
     "Liam", "Mia", "Noah", "Olive", "Ruth"},
    {"Anke", "Björn", "Clara", "Dirk", "Elif", "Felix", "Greta", "Hannes", "Ines", "Jörg", "Käthe",
     "Lukas", "Merle", "Nils", "Özlem", "Uwe"},
    {"Amélie", "Bastien", "Camille", "Damien", "Élise", "Fabien", "Gaëlle", "Hugo", "Inès",
     "Jérôme", "Léa", "Mathis", "Noémie", "Olivier", "Rania", "Théo"},
    {"Álvaro", "Beatriz", "Carmen", "Diego", "Elena", "Íñigo", "Julia", "Lucía", "Mateo", "Nuria",
     "Óscar", "Pilar", "Raúl", "Sofía", "Tomás", "Vera"},
};
static const char *const last_names[DEMO_LANG_COUNT][NAMES_EACH] = {
    {"Archer", "Baker", "Carter", "Dunn", "Ellis", "Fox", "Grant", "Hughes", "Irwin", "Jones",
     "Keane", "Lowe", "Moss", "Norris", "Owen", "Price"},
    {"Albrecht", "Böhm", "Cordes", "Dietz", "Engel", "Fuchs", "Günther", "Hartmann", "Jansen",
     "Köhler", "Lorenz", "Müller", "Neumann", "Peters", "Schäfer", "Yılmaz"},
    {"Aubert", "Blanc", "Chevalier", "Dupuis", "Étienne", "Fabre", "Girard", "Lacroix", "Lefèvre",
     "Marchand", "Noël", "Perrin", "Renaud", "Rousseau", "Simon", "Vidal"},
    {"Alonso", "Blanco", "Castaño", "Domínguez", "Esteban", "Fuentes", "Gil", "Herrera", "Ibáñez",
     "León", "Méndez", "Núñez", "Ortega", "Peña", "Ríos", "Vega"},
};

const char *demo_person(struct arena *a, enum demo_lang lang, struct dice *dice)
{
    const char *first = first_names[lang][dice_below(dice, NAMES_EACH)];

    return arena_printf(a, "%s %s", first, last_names[lang][dice_below(dice, NAMES_EACH)]);
}

const char *demo_company(struct arena *a, struct dice *dice)
{
    const char *head = PICK(dice, company_heads);

    return arena_printf(a, "%s %s", head, PICK(dice, company_tails));
}

/* The plain letter of each that occurs in the names above. */
static const char plain_letters[][2][8] = {
    {"á", "a"}, {"é", "e"},  {"í", "i"},  {"ó", "o"},  {"ú", "u"}, {"ñ", "n"}, {"ë", "e"},
    {"è", "e"}, {"ö", "oe"}, {"ä", "ae"}, {"ü", "ue"}, {"ı", "i"}, {"ô", "o"}, {" ", "."},
};

const char *demo_mailbox(struct arena *a, const char *name)
{
    const char *folded = utf8_fold(a, name);
    char *out = arena_alloc(a, strlen(folded) * 2 + 1);
    size_t n = 0;

    while (*folded) {
        size_t len = 1;
        const char *as = NULL;

        for (size_t i = 0; i < COUNT_OF(plain_letters) && !as; i++) {
            if (strncmp(folded, plain_letters[i][0], strlen(plain_letters[i][0])) == 0) {
                as = plain_letters[i][1];
                len = strlen(plain_letters[i][0]);
            }
        }
        if (as) {
            memcpy(out + n, as, strlen(as));
            n += strlen(as);
        } else if ((unsigned char)*folded < 0x80) {
            out[n++] = *folded;
        }
        folded += len;
    }
    out[n] = '\0';
    return out;
}

const char *demo_log(struct arena *a, struct dice *dice)
{
    static const char *const lines[] = {
        "till: started",     "printer: ready",     "network: reconnected", "sync: 12 articles",
        "terminal: no host", "printer: paper out", "sync: queue halted"};
    const char *log = "";

    for (int i = 0; i < 12; i++)
        log = arena_printf(a, "%s%02zu:%02zu:%02zu %s\n", log, 8 + dice_below(dice, 10),
                           dice_below(dice, 60), dice_below(dice, 60), PICK(dice, lines));
    return log;
}
