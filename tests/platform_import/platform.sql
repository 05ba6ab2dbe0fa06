-- The platform's own tables, as its ORM makes them.
CREATE TYPE "Gender" AS ENUM ('male', 'female', 'other', 'prefer_not_to_say');
CREATE TYPE "CampaignStatus" AS ENUM ('draft', 'scheduled', 'sending', 'paused', 'completed', 'failed');
CREATE TYPE "MessageStatus" AS ENUM ('queued', 'sent', 'failed');
CREATE TYPE "CreditTxnType" AS ENUM ('credit', 'debit', 'refund');

CREATE TABLE "User" (
    id serial PRIMARY KEY, email text NOT NULL UNIQUE, "passwordHash" text NOT NULL DEFAULT 'secret',
    "createdAt" timestamp(3) NOT NULL DEFAULT '2025-01-01', "updatedAt" timestamp(3) NOT NULL DEFAULT '2025-01-01',
    "senderName" varchar(11), company varchar(160), timezone varchar(50)
);
CREATE TABLE "Contact" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL REFERENCES "User", phone text NOT NULL, email varchar(320),
    "firstName" varchar(120), "lastName" varchar(120), gender "Gender", birthday timestamp(3),
    "createdAt" timestamp(3) NOT NULL DEFAULT '2025-02-01', "updatedAt" timestamp(3) NOT NULL DEFAULT '2025-02-02',
    "isSubscribed" boolean NOT NULL DEFAULT true, "unsubscribedAt" timestamp(3), UNIQUE ("ownerId", phone)
);
CREATE TABLE "List" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL REFERENCES "User", name varchar(160) NOT NULL,
    description varchar(400), "createdAt" timestamp(3) NOT NULL DEFAULT '2025-02-01',
    "updatedAt" timestamp(3) NOT NULL DEFAULT '2025-02-01', UNIQUE ("ownerId", name)
);
CREATE TABLE "ListMembership" (
    id serial PRIMARY KEY, "listId" int NOT NULL REFERENCES "List", "contactId" int NOT NULL REFERENCES "Contact",
    "createdAt" timestamp(3) NOT NULL DEFAULT '2025-02-03', UNIQUE ("listId", "contactId")
);
CREATE TABLE "MessageTemplate" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL REFERENCES "User", name text NOT NULL, text text NOT NULL
);
CREATE TABLE "Campaign" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL REFERENCES "User", name text NOT NULL,
    "templateId" int NOT NULL REFERENCES "MessageTemplate", "messageText" text, "listId" int REFERENCES "List",
    status "CampaignStatus" NOT NULL DEFAULT 'completed', "scheduledAt" timestamp(3), "startedAt" timestamp(3),
    "finishedAt" timestamp(3), "createdAt" timestamp(3) NOT NULL DEFAULT '2025-03-01',
    "updatedAt" timestamp(3) NOT NULL DEFAULT '2025-03-01', total int NOT NULL DEFAULT 0,
    sent int NOT NULL DEFAULT 0, failed int NOT NULL DEFAULT 0, "createdById" int NOT NULL DEFAULT 1
);
CREATE TABLE "CampaignMessage" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL REFERENCES "User", "campaignId" int NOT NULL REFERENCES "Campaign",
    "contactId" int NOT NULL REFERENCES "Contact", "to" text NOT NULL, text text NOT NULL DEFAULT 'Hello',
    "trackingId" text NOT NULL UNIQUE DEFAULT gen_random_uuid()::text, status "MessageStatus" NOT NULL DEFAULT 'sent',
    "providerMessageId" text, error text, "createdAt" timestamp(3) NOT NULL DEFAULT '2025-03-01 09:00',
    "sentAt" timestamp(3), "failedAt" timestamp(3)
);
CREATE TABLE "Wallet" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL UNIQUE REFERENCES "User", balance int NOT NULL DEFAULT 0,
    "updatedAt" timestamp(3) NOT NULL DEFAULT '2025-04-01'
);
CREATE TABLE "CreditTransaction" (
    id serial PRIMARY KEY, "ownerId" int NOT NULL REFERENCES "User", type "CreditTxnType" NOT NULL,
    amount int NOT NULL, "balanceAfter" int NOT NULL, reason varchar(200), "campaignId" int, "messageId" int,
    meta json, "createdAt" timestamp(3) NOT NULL DEFAULT '2025-04-01', "walletId" int
);
