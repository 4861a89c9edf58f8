export interface WalletTables {
  wallets: WalletsTable;
}

interface WalletsTable {
  account: string;
  address: string;
  ip_address: string;
  created_at: string;
}
